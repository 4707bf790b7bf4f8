/** Tests of the client in Node against the real WAR. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { BroadcastyClient } from '../../src/index.js';
import type { BroadcastyError, ClientOptions, Publication } from '../../src/index.js';
import { Recorder } from '../support.js';
import { freePort, RealServer } from './server.js';
import { waitUntil } from './until.js';

let server: RealServer;
let clients: BroadcastyClient[] = [];

/** Returns a publication without the field `push`. */
function plain(publication: Publication): Record<string, unknown> {
  return without({ ...publication, push: undefined });
}

function without(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function open(options: Partial<ClientOptions> = {}): BroadcastyClient {
  const client = new BroadcastyClient({ baseUrl: server.url, getToken: () => server.token(), WebSocket, ...options });
  clients.push(client);
  return client;
}

describe('against the WAR', { timeout: 900_000 }, () => {
  before(async () => {
    server = await RealServer.start({ BROADCASTY_REPLAY_STORE: 'database', BROADCASTY_JWT_SKEW: '0s' });
  });
  after(() => server.stop());
  afterEach(() => {
    clients.forEach((client) => client.close());
    clients = [];
  });

  const ways = (['v2', 'v1'] as const).flatMap((protocol) => (['ws', 'sse'] as const).map((transport) => ({ protocol, transport })));
  for (const { protocol, transport } of ways) {
    describe(`over ${transport}, in ${protocol}`, () => {
      const name = (channel: string) => `${protocol}-${transport}-${channel}`;
      const connect = (options: Partial<ClientOptions> = {}) => open({ protocol, ...options });

      it('delivers the fields of this protocol version', async () => {
        const [recorder, everything] = [new Recorder(), new Recorder()];
        await connect({ transport }).subscribe({ channel: name('fields.*'), onMessage: recorder.add });
        await connect({ transport, include: ['id', 'time'] }).subscribe({ channel: name('fields.*'), onMessage: everything.add });
        const channel = name('fields.a');
        const given = { event: 'made', payload: { n: [1, null, 'é'] }, meta: { schema: 'v1' }, headers: { region: 'eu', empty: '' }, correlationId: 'c-1', replyTo: 'rpc:x' };
        await connect({ transport }).publish({ channel, id: 'mine', ...given });
        const answer = await fetch(`${server.url}/broadcasty/publish`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${server.token()}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ channel, payload: null }),
        });
        const published = (await answer.json()) as { id: string };
        await waitUntil('all', () => recorder.all.length === 2 && everything.all.length === 2);
        const [first, second] = everything.all as [Publication, Publication];
        const { epoch, time } = first;
        assert.ok(time !== undefined && Math.abs(time - Date.now()) < 60_000);
        assert.deepEqual(plain(first), { channel, partition: 0, sequence: 1, epoch, time, id: 'mine', ...given });
        assert.deepEqual(plain(second), { channel, partition: 0, sequence: 2, epoch, time: second.time, id: published.id, payload: null });
        const left = protocol === 'v2' ? { time: undefined } : {};
        assert.deepEqual(recorder.all.map((one) => ({ ...plain(one) })), [
          without({ ...plain(first), ...left }),
          without({ ...plain(second), ...left, ...(protocol === 'v2' ? { id: undefined } : {}) }),
        ]);
      });

      it('streams 50 000 publications without gaps or duplicates', async () => {
        const recorder = new Recorder();
        const reader = connect({ transport, maxQueue: 100_000 });
        await reader.subscribe({ channel: name('many'), onMessage: recorder.add });
        const writer = connect({ transport });
        const began = Date.now();
        for (let from = 0; from < 50_000; from += 1000) {
          const outcomes = await writer.publishAll(Array.from({ length: 1000 }, (_, i) => ({ channel: name('many'), payload: from + i })), { timeoutMs: 60_000 });
          assert.ok(outcomes.every((outcome) => 'sequence' in outcome));
        }
        await waitUntil('all', () => recorder.all.length === 50_000);
        console.log(`50 000 over ${transport} in ${Date.now() - began} ms`);
        recorder.assertGapless();
        assert.deepEqual(recorder.payloads, Array.from({ length: 50_000 }, (_, i) => i));
      });

      it('replays, resumes after a position, and adds subscriptions to an open stream', async () => {
        const client = connect({ transport });
        await client.publishAll([1, 2, 3, 4].map((payload) => ({ channel: name('past.a'), payload })));
        const live = new Recorder();
        const all = new Recorder();
        const pattern = new Recorder();
        await client.subscribe({ channel: name('live'), onMessage: live.add });
        await client.subscribe({ channel: name('past.a'), fromSequence: 3, onMessage: all.add });
        await client.subscribe({ channel: name('past.*'), onMessage: pattern.add });
        await client.publish({ channel: name('past.a'), payload: 5 });
        await client.publish({ channel: name('past.b'), payload: 6 });
        await client.publish({ channel: name('live'), payload: 7 });
        await waitUntil('all', () => all.all.length === 3 && live.all.length === 1 && pattern.all.length >= 2);
        assert.deepEqual(all.payloads, [3, 4, 5]);
        const later = new Recorder();
        await connect({ transport }).subscribe({ channel: name('past.a'), since: all.all[0] as Publication, onMessage: later.add });
        await waitUntil('two', () => later.all.length === 2);
        assert.deepEqual(later.payloads, [4, 5]);
      });

      it('sends requests and replies, and tracks members', async () => {
        const [asker, answerer] = [connect({ transport, getToken: () => server.token({ subject: 'ann' }) }), connect({ transport })];
        await answerer.respond<number, number>({ channel: name('rpc'), onRequest: ({ payload }) => payload * 2 });
        assert.equal((await asker.request<number>({ channel: name('rpc'), payload: 21 })).payload, 42);
        const room = `presence-${protocol}-${transport}`;
        const seen = await answerer.presence(room);
        const own = await asker.presence(room, { member: { name: 'Ann' } });
        await waitUntil('ann', () => seen.members.get('ann')?.name === 'Ann' && own.members.has('ann'));
        own.close();
        await waitUntil('nobody', () => seen.members.size === 0);
      });

      it('refreshes its token 30 s before it expires without interrupting the stream', async () => {
        let given = 0;
        const client = connect({ transport, getToken: () => server.token({ seconds: given++ === 0 ? 32 : 3600 }) });
        const recorder = new Recorder();
        await client.subscribe({ channel: name('token'), onMessage: recorder.add });
        const states: string[] = [];
        client.on('state', ({ state }) => states.push(state));
        const writer = connect();
        let n = 0;
        const began = Date.now();
        while (given < 2) {
          await writer.publish({ channel: name('token'), payload: n++ });
          assert.ok(Date.now() < began + 20_000, 'long before the end');
        }
        await writer.publish({ channel: name('token'), payload: n++ });
        await waitUntil('all', () => recorder.all.length === n);
        recorder.assertGapless();
        assert.deepEqual(states, []);
      });

      it('continues after its token has expired', async () => {
        const seconds = 3;
        const first = server.token({ seconds });
        const ends = Date.now() + seconds * 1000;
        const client = connect({ transport, getToken: () => (Date.now() < ends ? first : server.token()) });
        const recorder = new Recorder();
        await client.subscribe({ channel: name('ended'), onMessage: recorder.add });
        const writer = connect();
        let n = 0;
        while (Date.now() < ends + 2000) {
          await writer.publish({ channel: name('ended'), payload: n++ });
        }
        await writer.publish({ channel: name('ended'), payload: n++ });
        await waitUntil('all', () => recorder.all.length === n);
        recorder.assertGapless();
      });

      it('reports failures as typed errors with advice', async () => {
        const anyone = connect({ transport });
        const guest = connect({ transport, getToken: () => server.token({ roles: [] }) });
        const nowhere = { transport, baseUrl: `http://127.0.0.1:${await freePort()}`, offline: false } as const;
        const cases: [what: string, attempt: () => Promise<unknown>, code: string, advice: RegExp][] = [
          ['no token', () => connect({ transport, getToken: () => '' }).subscribe({ channel: 'a' }), 'no_token', /getToken\(\) returned no token/],
          ['a token that cannot be got', () => connect({ transport, getToken: () => Promise.reject(new Error('no')) }).connect({ timeoutMs: 500 }), 'no_token', /getToken\(\) failed/],
          ['what is no token', () => connect({ transport, getToken: () => 'a.b.c' }).subscribe({ channel: 'a' }), 'unauthorized', /getToken\(\) must return a trusted JWT/],
          ['a bad channel', () => anyone.subscribe({ channel: 'orders/eu' }), 'invalid_channel', /orders\/eu is not a channel name; use 1–200 of/],
          ['a pattern to publish to', () => anyone.publish({ channel: 'orders.*', payload: 1 }), 'invalid_channel', /for patterns of subscriptions/],
          ['a role that may not listen', () => guest.subscribe({ channel: 'private-a' }), 'forbidden', /your roles do not allow/],
          ['a role that may not publish', () => guest.publish({ channel: 'a', payload: 1 }), 'forbidden', /your roles do not allow/],
          ['too much', () => anyone.publish({ channel: 'a', payload: 'x'.repeat(70_000) }), 'payload_too_large', /65536/],
          ['no server', () => connect(nowhere).connect({ timeoutMs: 500 }), 'unreachable', /check baseUrl, the network, the server/],
          ['no server to publish to', () => connect(nowhere).publish({ channel: 'a', payload: 1, timeoutMs: 500 }), 'unreachable', /check baseUrl/],
          ['another server', () => connect({ ...nowhere, baseUrl: `${server.url}/elsewhere` }).connect({ timeoutMs: 500 }), 'unreachable', /baseUrl/],
          ['a deadline', () => anyone.request({ channel: name('nobody'), payload: 1, timeoutMs: 200 }), 'timeout', /within 200 ms/],
        ];
        for (const [what, attempt, code, advice] of cases) {
          const error = await attempt().then(
            () => assert.fail(`${what}: no error`),
            (thrown: unknown) => thrown as BroadcastyError,
          );
          console.log(`${what}: ${error.code}: ${error.message}`);
          assert.equal(error.name, 'BroadcastyError', what);
          assert.equal(error.code, code, what);
          assert.match(error.message, advice, what);
          assert.doesNotMatch(error.message, /xxx|a\.b\.c/, what);
        }
      });
    });
  }

  it('recovers from kill -9 and a restart with 20 subscriptions and continuous publishing', async () => {
    const channels = Array.from({ length: 20 }, (_, i) => `kill-${i}`);
    const recorders = new Map(channels.map((channel) => [channel, new Recorder()]));
    const readers = [open({ transport: 'ws' }), open({ transport: 'sse' })];
    await Promise.all(channels.map((channel, i) => readers[i % 2]!.subscribe({ channel, fromSequence: 0, onMessage: recorders.get(channel)!.add })));
    const everything = new Recorder();
    await readers[0]!.subscribe({ channel: 'kill-*', onMessage: everything.add });
    const writer = open();
    const published: Promise<unknown>[] = [];
    let n = 0;
    const total = () => [...recorders.values()].reduce((sum, { all }) => sum + all.length, 0);
    let unanswered = 0;
    const publishing = setInterval(() => {
      if (unanswered < 900) {
        unanswered++;
        published.push(writer.publish({ channel: channels[n % 20]!, payload: n++, timeoutMs: 200_000 }).finally(() => unanswered--));
      }
    }, 5);
    await waitUntil('some', () => total() > 100);
    await server.kill();
    const before = n;
    await server.restart();
    await waitUntil('some that were published later', () => recorders.get(channels[0]!)!.payloads.some((payload) => (payload as number) > before));
    clearInterval(publishing);
    const outcomes = await Promise.all(published);
    console.log(`${outcomes.filter((outcome) => 'queued' in (outcome as object)).length} of ${n} were queued`);
    await waitUntil(`all ${n}`, () => total() >= n).catch((error: unknown) => {
      console.log([...recorders].map(([channel, { all }]) => `${channel}: ${all.length}`).join(), readers.map(({ state }) => state).join());
      throw error;
    });
    for (const [channel, recorder] of recorders) {
      recorder.assertGapless();
      assert.equal(new Set(recorder.payloads).size, recorder.all.length, `doubles on ${channel}`);
    }
    assert.equal(total(), n);
    everything.assertGapless();
    assert.ok([...recorders.values()].every(({ payloads }) => payloads.every((payload, i) => i === 0 || (payload as number) > (payloads[i - 1] as number))), 'order of a publisher');
    console.log(`${n} publications over a kill of the server`);
  });
});
