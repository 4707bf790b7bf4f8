/** The client in Node against the real WAR. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { BroadcastyClient } from '../../src/index.js';
import type { ClientOptions, Publication } from '../../src/index.js';
import { Ledger } from '../support.js';
import { RealServer } from './server.js';

let server: RealServer;
let clients: BroadcastyClient[] = [];

function connect(options: Partial<ClientOptions> = {}): BroadcastyClient {
  const client = new BroadcastyClient({ baseUrl: server.url, getToken: () => server.token(), WebSocket, ...options });
  clients.push(client);
  return client;
}

async function until(what: string, holds: () => boolean, millis = 60_000): Promise<void> {
  const end = Date.now() + millis;
  while (!holds()) {
    assert.ok(Date.now() < end, `it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('against the WAR', { timeout: 600_000 }, () => {
  before(async () => {
    server = await RealServer.start({ BROADCASTY_REPLAY_STORE: 'database' });
  });
  after(() => server.stop());
  afterEach(() => {
    clients.forEach((client) => client.close());
    clients = [];
  });

  for (const transport of ['ws', 'sse'] as const) {
    describe(`over ${transport}`, () => {
      const name = (channel: string) => `${transport}-${channel}`;

      it('streams 50 000 publications, gapless and free of doubles', async () => {
        const ledger = new Ledger();
        const reader = connect({ transport, maxQueue: 100_000 });
        await reader.subscribe({ channel: name('many'), onMessage: ledger.add });
        const writer = connect({ transport });
        const began = Date.now();
        for (let from = 0; from < 50_000; from += 1000) {
          const outcomes = await writer.publishAll(Array.from({ length: 1000 }, (_, i) => ({ channel: name('many'), payload: from + i })), { timeoutMs: 60_000 });
          assert.ok(outcomes.every((outcome) => 'sequence' in outcome));
        }
        await until('all', () => ledger.all.length === 50_000);
        console.log(`50 000 over ${transport} in ${Date.now() - began} ms`);
        ledger.assertGapless();
        assert.deepEqual(ledger.payloads, Array.from({ length: 50_000 }, (_, i) => i));
      });

      it('replays, resumes by position, and joins what is new to a running stream', async () => {
        const client = connect({ transport });
        await client.publishAll([1, 2, 3, 4].map((payload) => ({ channel: name('past.a'), payload })));
        const live = new Ledger();
        const all = new Ledger();
        const pattern = new Ledger();
        await client.subscribe({ channel: name('live'), onMessage: live.add });
        await client.subscribe({ channel: name('past.a'), fromSequence: 3, onMessage: all.add });
        await client.subscribe({ channel: name('past.*'), onMessage: pattern.add });
        await client.publish({ channel: name('past.a'), payload: 5 });
        await client.publish({ channel: name('past.b'), payload: 6 });
        await client.publish({ channel: name('live'), payload: 7 });
        await until('all', () => all.all.length === 3 && live.all.length === 1 && pattern.all.length >= 2);
        assert.deepEqual(all.payloads, [3, 4, 5]);
        const later = new Ledger();
        await connect({ transport }).subscribe({ channel: name('past.a'), since: all.all[0] as Publication, onMessage: later.add });
        await until('two', () => later.all.length === 2);
        assert.deepEqual(later.payloads, [4, 5]);
      });

      it('asks and answers, and knows who is present', async () => {
        const [asker, answerer] = [connect({ transport, getToken: () => server.token({ subject: 'ann' }) }), connect({ transport })];
        await answerer.respond<number, number>({ channel: name('rpc'), onRequest: ({ payload }) => payload * 2 });
        assert.equal((await asker.request<number>({ channel: name('rpc'), payload: 21 })).payload, 42);
        const room = `presence-${transport}`;
        const seen = await answerer.presence(room);
        const own = await asker.presence(room, { member: { name: 'Ann' } });
        await until('ann', () => seen.members.get('ann')?.name === 'Ann' && own.members.has('ann'));
        own.close();
        await until('nobody', () => seen.members.size === 0);
      });

      it('refreshes its token without dropping the stream, and survives its end', async () => {
        let given = 0;
        const lives = [33, 3, 3600];
        const client = connect({ transport, getToken: () => server.token({ seconds: lives[Math.min(given++, 2)]! }) });
        const ledger = new Ledger();
        await client.subscribe({ channel: name('token'), onMessage: ledger.add });
        const writer = connect();
        let n = 0;
        while (given < 3) {
          await writer.publish({ channel: name('token'), payload: n++ });
          assert.ok(n < 2000);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await writer.publish({ channel: name('token'), payload: n++ });
        await until('all', () => ledger.all.length === n);
        ledger.assertGapless();
      });

      it('says what is wrong in a typed error', async () => {
        await assert.rejects(connect({ transport, getToken: () => 'a.b.c' }).subscribe({ channel: 'a' }), { code: 'unauthorized' });
        const guest = connect({ transport, getToken: () => server.token({ roles: [] }) });
        await assert.rejects(guest.subscribe({ channel: 'private-a' }), { code: 'forbidden' });
        await assert.rejects(guest.publish({ channel: 'a', payload: 1 }), { code: 'forbidden' });
        await assert.rejects(connect({ transport }).publish({ channel: 'a', payload: 'x'.repeat(70_000) }), { code: 'payload_too_large' });
      });
    });
  }

  it('goes through kill -9 and a restart with 20 subscriptions and a publisher that does not wait', async () => {
    const channels = Array.from({ length: 20 }, (_, i) => `kill-${i}`);
    const ledgers = new Map(channels.map((channel) => [channel, new Ledger()]));
    const readers = [connect({ transport: 'ws' }), connect({ transport: 'sse' })];
    await Promise.all(channels.map((channel, i) => readers[i % 2]!.subscribe({ channel, fromSequence: 0, onMessage: ledgers.get(channel)!.add })));
    const everything = new Ledger();
    await readers[0]!.subscribe({ channel: 'kill-*', onMessage: everything.add });
    const writer = connect();
    const published: Promise<unknown>[] = [];
    let n = 0;
    const publishing = setInterval(() => published.push(writer.publish({ channel: channels[n % 20]!, payload: n++, timeoutMs: 120_000 })), 5);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.restart();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    clearInterval(publishing);
    const outcomes = await Promise.all(published);
    console.log(`${outcomes.filter((outcome) => 'queued' in (outcome as object)).length} of ${n} were queued`);
    const total = () => [...ledgers.values()].reduce((sum, { all }) => sum + all.length, 0);
    await until(`all ${n}`, () => total() >= n).catch((error: unknown) => {
      console.log([...ledgers].map(([channel, { all }]) => `${channel}: ${all.length}`).join(), readers.map(({ state }) => state).join());
      throw error;
    });
    for (const [channel, ledger] of ledgers) {
      ledger.assertGapless();
      assert.equal(new Set(ledger.payloads).size, ledger.all.length, `doubles on ${channel}`);
    }
    assert.equal(total(), n);
    everything.assertGapless();
    assert.ok([...ledgers.values()].every(({ payloads }) => payloads.every((payload, i) => i === 0 || (payload as number) > (payloads[i - 1] as number))), 'order of a publisher');
    console.log(`${n} publications over a kill of the server`);
  });
});
