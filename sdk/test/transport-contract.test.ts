/**
 * The contract of both transports, in each protocol version, and with a server that only supports
 * version 1.
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { BroadcastyError } from '../src/index.js';
import { memoryStore } from '../src/offline.js';
import type { Subscription, Lost, ProtocolVersion, Publication } from '../src/index.js';
import { FakeServer, token } from './fake-server.js';
import { clientsOf, Recorder, FakeNetwork, fastClock, runEventLoop, waitUntil } from './support.js';

interface Variant {
  transport: 'ws' | 'sse';
  name: string;
  /** The client's option. */
  protocol?: ProtocolVersion;
  /** The newest version that the server supports. */
  serverVersion: 1 | 2;
}

const VARIANTS: Variant[] = (['ws', 'sse'] as const).flatMap((transport): Variant[] => [
  { transport, name: 'v2', serverVersion: 2 },
  { transport, name: 'v1', protocol: 'v1', serverVersion: 2 },
  { transport, name: 'v1 of a server that knows no other', serverVersion: 1 },
]);

for (const { transport, name, protocol, serverVersion } of VARIANTS) {
  describe(`over ${transport}, in ${name}`, { timeout: 20_000 }, () => {
    let server: FakeServer;
    afterEach(() => {
      const compact = name === 'v2';
      assert.ok([...server.connections].every((connection) => connection.compact === compact), `every connection in ${name}`);
    });
    const connect = clientsOf((started) => {
      server = started;
      server.version = serverVersion;
    }, { transport, ...(protocol ? { protocol } : {}) });
    const publish = (channel: string, ...payloads: unknown[]) => payloads.forEach((payload) => server.publish({ channel, payload }));

    it('delivers new publications', async () => {
      publish('a', 1);
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 2, 3);
      await waitUntil('two', () => recorder.all.length === 2);
      assert.deepEqual(recorder.payloads, [2, 3]);
    });

    it('delivers from a sequence, and from the oldest retained one without reporting a loss', async () => {
      publish('a', 1, 2, 3, 4);
      server.trim('a', 3);
      const client = connect();
      const oldest = new Recorder();
      const third = new Recorder();
      publish('b', 1, 2, 3);
      const sub = await client.subscribe({ channel: 'a', fromSequence: 0, onMessage: oldest.add });
      const lost: Lost[] = [];
      sub.on('lost', (one) => lost.push(one));
      await client.subscribe({ channel: 'b', fromSequence: 3, onMessage: third.add });
      await waitUntil('all', () => oldest.all.length === 3 && third.all.length === 1);
      assert.deepEqual(oldest.payloads, [2, 3, 4]);
      assert.deepEqual(third.payloads, [3]);
      assert.deepEqual(lost, []);
    });

    it('starts with the newest publications, also when fewer are kept', async () => {
      publish('a', 1, 2, 3, 4);
      publish('b', 1, 2, 3);
      server.trim('b', 1);
      const client = connect();
      const [a, b, none] = [new Recorder(), new Recorder(), new Recorder()];
      await client.subscribe({ channel: 'a', last: 2, onMessage: a.add });
      await client.subscribe({ channel: 'b', last: 2, onMessage: b.add });
      await client.subscribe({ channel: 'c', last: 2, onMessage: none.add });
      await waitUntil('the newest', () => a.all.length === 2 && b.all.length === 1);
      publish('a', 5);
      publish('c', 1);
      await waitUntil('all', () => a.all.length === 3 && none.all.length === 1);
      assert.deepEqual([a.payloads, b.payloads], [[3, 4, 5], [3]]);
      server.breakAll();
      publish('a', 6);
      await waitUntil('the next', () => a.all.length === 4);
      assert.deepEqual(a.payloads, [3, 4, 5, 6]);
    });

    it('delivers what is not kept between publications, and resumes as if it had not been there', async () => {
      const [author, reader] = [connect(), connect()];
      const recorder = new Recorder();
      const sub = await reader.subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1);
      assert.deepEqual(await author.publish({ channel: 'a', payload: 'typing', event: 'typing', id: 'e-1', store: false }), { id: 'e-1', channel: 'a', stored: false });
      publish('a', 2);
      await waitUntil('all', () => recorder.all.length === 3);
      const typing = recorder.all.find(({ payload }) => payload === 'typing');
      assert.deepEqual([typing?.push, typing?.sequence, typing?.event, typing?.id], ['ephemeral', undefined, 'typing', 'e-1']);
      assert.equal(sub.positions[0]?.sequence, 2);
      server.breakAll();
      publish('a', 3);
      await waitUntil('the next', () => recorder.all.length === 4);
      assert.deepEqual(recorder.payloads.filter((payload) => payload !== 'typing'), [1, 2, 3]);
    });

    it('leaves out its own publications on request, without a gap', async () => {
      const [author, reader] = [connect(), connect()];
      const [own, others] = [new Recorder(), new Recorder()];
      await author.subscribe({ channel: 'a', onMessage: own.add });
      await reader.subscribe({ channel: 'a', onMessage: others.add });
      await author.publish({ channel: 'a', payload: 1, toOthers: true });
      await author.publish({ channel: 'a', payload: 2, toOthers: true, store: false });
      await author.publish({ channel: 'a', payload: 3, toOthers: false });
      publish('a', 4);
      await waitUntil('all', () => own.all.length === 2 && others.all.length === 4);
      assert.deepEqual(own.payloads, [3, 4]);
      assert.deepEqual(others.payloads, [1, 2, 3, 4]);
      assert.equal([...server.connections].length, 2, 'nobody had to reconnect');
    });

    it('resumes after positions of an earlier client', async () => {
      publish('a', 1, 2, 3);
      const seen = server.stored('a')[0]!;
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'a', since: seen, onMessage: recorder.add });
      await waitUntil('two', () => recorder.all.length === 2);
      assert.deepEqual(recorder.payloads, [2, 3]);
    });

    it('misses nothing when it resubscribes from the oldest while the earlier stream still delivers', async () => {
      publish('a', 1, 2);
      const client = connect();
      const [live, all] = [new Recorder(), new Recorder()];
      const first = await client.subscribe({ channel: 'a', onMessage: live.add });
      publish('a', 3);
      await waitUntil('the third', () => live.all.length === 1);
      first.close();
      const second = client.subscribe({ channel: 'a', fromSequence: 0, onMessage: all.add });
      publish('a', 4); // the server has received neither yet
      await second;
      await waitUntil('all', () => all.all.length === 4);
      assert.deepEqual(all.payloads, [1, 2, 3, 4]);
    });

    it('subscribes once when a subscription is closed and opened again at once, as frameworks do', async () => {
      publish('a', 1);
      const client = connect();
      const [first, second] = [new Recorder(), new Recorder()];
      const stop = new AbortController();
      const aborted = assert.rejects(client.subscribe({ channel: 'a', fromSequence: 0, onMessage: first.add, signal: stop.signal }), { code: 'closed' });
      stop.abort();
      const sub = await client.subscribe({ channel: 'a', fromSequence: 0, onMessage: second.add });
      await aborted;
      publish('a', 2);
      await waitUntil('both', () => second.all.length === 2);
      assert.deepEqual([first.payloads, second.payloads], [[], [1, 2]]);
      sub.close();
      await waitUntil('no stream', () => [...server.connections].every(({ targets }) => targets.size === 0));
      const begun = client.subscribe({ channel: 'b', onMessage: first.add });
      await waitUntil('it is asked for', () => [...server.connections].some(({ targets }) => targets.has('b')));
      (await begun).close();
      await waitUntil('no stream again', () => [...server.connections].every(({ targets }) => targets.size === 0));
    });

    it('gives each subscription of a channel what it asked for', async () => {
      publish('a', 1, 2, 3);
      const client = connect();
      const recorders = Array.from({ length: 6 }, () => new Recorder());
      const [first, second, third, live, later, resumed] = recorders as [Recorder, Recorder, Recorder, Recorder, Recorder, Recorder];
      await Promise.all([client.subscribe({ channel: 'a', fromSequence: 0, onMessage: first.add }), client.subscribe({ channel: 'a', fromSequence: 0, onMessage: second.add })]);
      await client.subscribe({ channel: 'a', fromSequence: 3, onMessage: third.add });
      let told = 0;
      await client.subscribe({ channel: 'a', onMessage: live.add, on: { subscribed: () => told++ } });
      assert.equal(told, 1);
      publish('a', 4);
      await waitUntil('the fourth', () => [first, second, third, live].every(({ all }) => all.at(-1)?.payload === 4));
      await client.subscribe({ channel: 'a', fromSequence: 0, onMessage: later.add });
      await client.subscribe({ channel: 'a', since: server.stored('a')[2]!, onMessage: resumed.add });
      server.breakAll();
      publish('a', 5);
      await waitUntil('the fifth', () => recorders.every(({ all }) => all.at(-1)?.payload === 5));
      assert.deepEqual(recorders.map(({ payloads }) => payloads), [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [3, 4, 5], [4, 5], [1, 2, 3, 4, 5], [4, 5]]);
      assert.equal([...server.connections].flatMap(({ targets }) => [...targets]).length, 1);
    });

    it('tells a loss to the subscription that has it', async () => {
      publish('a', 1, 2, 3);
      const [old] = server.stored('a');
      const client = connect();
      const lost: string[] = [];
      const [live, late] = [new Recorder(), new Recorder()];
      await client.subscribe({ channel: 'a', onMessage: live.add, on: { lost: () => lost.push('live') } });
      publish('a', 4, 5, 6);
      await waitUntil('three', () => live.all.length === 3);
      server.trim('a', 2);
      await client.subscribe({ channel: 'a', since: old!, onMessage: late.add, on: { lost: () => lost.push('late') } });
      publish('a', 7);
      await waitUntil('the last', () => live.all.length === 4 && late.all.length === 3);
      assert.deepEqual([lost, live.payloads, late.payloads], [['late'], [4, 5, 6, 7], [5, 6, 7]]);
    });

    it('calls a handler once that closes its subscription and subscribes again', async () => {
      const client = connect();
      const received: unknown[] = [];
      const told: string[] = [];
      const follow = (name: number): Promise<Subscription> =>
        client.subscribe({
          channel: 'a',
          on: { subscribed: () => told.push(`subscribed ${name}`) },
          onMessage: ({ payload }) => {
            received.push([name, payload]);
            void current.then((one) => one.close());
            current = follow(name + 1);
          },
        });
      let current = follow(0);
      await current;
      publish('a', 1);
      await waitUntil('the second', () => told.length === 2);
      await current;
      publish('a', 2);
      await waitUntil('two', () => received.length === 2);
      await current;
      assert.deepEqual([received, told], [[[0, 1], [1, 2]], ['subscribed 0', 'subscribed 1', 'subscribed 2']]);
    });

    it('does not count what a subscription never got that another one closed', async () => {
      const client = connect();
      const [one, other] = [new Recorder(), new Recorder()];
      await client.subscribe({ channel: 'a', onMessage: () => second.close() });
      const second = await client.subscribe({ channel: 'a', onMessage: one.add });
      publish('a', 1);
      await waitUntil('it is closed', () => second.closed);
      await client.subscribe({ channel: 'a', since: second.positions, onMessage: other.add });
      await waitUntil('one', () => other.all.length === 1);
      assert.deepEqual([one.payloads, other.payloads], [[], [1]]);
    });

    it('does not hold up one subscription of a channel by another', async () => {
      const client = connect();
      let release: () => void = () => undefined;
      const [fast, slow] = [new Recorder(), new Recorder()];
      await client.subscribe({ channel: 'a', onMessage: fast.add });
      await client.subscribe({
        channel: 'a',
        maxQueue: 2,
        onMessage: (publication) => {
          slow.add(publication);
          return new Promise<void>((resolve) => (release = resolve));
        },
      });
      publish('a', ...Array.from({ length: 20 }, (_, n) => n));
      await waitUntil('all', () => fast.all.length === 20);
      assert.equal(slow.all.length, 1);
      await waitUntil('the slow one too', () => {
        release();
        return slow.all.length === 20;
      });
      fast.assertGapless();
      slow.assertGapless();
      assert.equal(fast.all.length, 20);
    });

    it('returns positions after which another client resumes', async () => {
      publish('o.a', 1, 2);
      const before = connect();
      const seen = new Recorder();
      const sub = await before.subscribe({ channel: 'o.*', fromSequence: 0 });
      for await (const publication of sub) {
        seen.add(publication);
        break; // the second one waits and does not count
      }
      assert.deepEqual(sub.positions.map(({ channel, sequence }) => ({ channel, sequence })), [{ channel: 'o.a', sequence: 1 }]);
      publish('o.b', 1);
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'o.*', since: sub.positions, onMessage: recorder.add });
      await waitUntil('the rest', () => recorder.all.length === 2);
      assert.deepEqual(recorder.all.map(({ channel, payload }) => `${channel} ${payload as number}`).sort(), ['o.a 2', 'o.b 1']);
    });

    it('reports the first subscribe and its losses to listeners of the options', async () => {
      publish('a', 1, 2, 3, 4);
      const seen = server.stored('a')[0]!;
      server.trim('a', 2);
      const events: string[] = [];
      await connect().subscribe({
        channel: 'a',
        since: seen,
        onMessage: ({ sequence }) => events.push(`${sequence}`),
        on: { subscribed: ({ heads }) => events.push(`up to ${heads[0]!.sequence}`), lost: ({ reason }) => events.push(reason) },
      });
      await waitUntil('all', () => events.length === 4);
      assert.deepEqual(events, ['up to 4', 'trimmed', '3', '4']);
    });

    it('reports the heads up to which it replays', async () => {
      const client = connect();
      const sub = await client.subscribe({ channel: 'a', onMessage: () => undefined });
      const heads: number[] = [];
      sub.on('subscribed', (joined) => heads.push(...joined.heads.map(({ sequence }) => sequence)));
      server.refusing = true;
      server.breakAll();
      publish('a', 1, 2, 3);
      server.refusing = false;
      await waitUntil('joined again', () => heads.length === 1);
      assert.deepEqual(heads, [3]);
    });

    it('uses one connection for all subscriptions, opened together and later', async () => {
      const client = connect();
      const recorders = Array.from({ length: 20 }, () => new Recorder());
      await Promise.all(recorders.slice(0, 15).map((recorder, i) => client.subscribe({ channel: `c${i}`, onMessage: recorder.add })));
      publish('late16', 'before');
      for (let i = 15; i < 20; i++) {
        await client.subscribe({ channel: i % 2 ? `c${i}` : `late${i}`, ...(i % 2 ? {} : { fromSequence: 0 }), onMessage: recorders[i]!.add });
        publish('c0', i);
      }
      await waitUntil('all of c0', () => recorders[0]!.all.length === 5);
      await waitUntil('the past of late16', () => recorders[16]!.all.length === 1);
      recorders.forEach((recorder) => recorder.assertGapless());
      await waitUntil('one connection', () => server.connections.size === 1);
    });

    it('resumes every partition and every channel of a pattern after a break, without gaps or duplicates', async () => {
      server.partitions = 2;
      const client = connect({ include: ['id'] });
      const pattern = new Recorder();
      const plain = new Recorder();
      publish('o.a', 0);
      await client.subscribe({ channel: 'o.*', onMessage: pattern.add });
      await client.subscribe({ channel: 'x', onMessage: plain.add });
      for (let round = 1; round <= 5; round++) {
        publish('o.a', `a${round}`, `b${round}`, `c${round}`);
        publish('x', round);
        server.breakAll();
        publish(`o.new${round}`, round); // appears while nobody is connected
        publish('x', -round);
        await waitUntil('connected', () => server.connections.size === 1 && client.state === 'connected');
      }
      await waitUntil('all', () => pattern.all.length === 20 && plain.all.length === 10);
      pattern.assertGapless();
      plain.assertGapless();
      assert.equal(new Set(pattern.all.map(({ id }) => id)).size, 20);
    });

    it('waits for a server that has not deployed the WAR yet', async () => {
      const client = connect();
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      server.undeployed = true;
      server.breakAll();
      publish('a', 1);
      const tries = server.requests.length;
      await waitUntil('some attempts', () => server.requests.length >= tries + 4);
      const published = client.publish({ channel: 'a', payload: 2 });
      server.undeployed = false;
      await published;
      await waitUntil('both', () => recorder.all.length === 2);
      assert.deepEqual(recorder.payloads, [1, 2]);
    });

    it('resumes after a break in the middle of a replay', async () => {
      publish('a', ...Array.from({ length: 100 }, (_, i) => i));
      server.breakAfter = 40;
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'a', fromSequence: 0, onMessage: recorder.add });
      await waitUntil('all', () => recorder.all.length === 100);
      recorder.assertGapless();
    });

    it('reports a loss and continues', async () => {
      const client = connect();
      const recorder = new Recorder();
      const sub = await client.subscribe({ channel: 'a', onMessage: recorder.add });
      const lost: Lost[] = [];
      const joined: boolean[] = [];
      sub.on('lost', (one) => lost.push(one));
      sub.on('subscribed', ({ recovered }) => joined.push(recovered));
      publish('a', 1);
      await waitUntil('the first', () => recorder.all.length === 1);
      server.refusing = true;
      server.breakAll();
      publish('a', 2, 3, 4, 5);
      server.trim('a', 2);
      server.refusing = false;
      await waitUntil('the rest', () => recorder.all.length === 3);
      assert.deepEqual(recorder.payloads, [1, 4, 5]);
      assert.equal(lost[0]?.reason, 'trimmed');
      if (transport === 'ws') {
        assert.deepEqual(joined, [false]);
      }
      server.refusing = true;
      server.breakAll();
      server.loseStreams();
      publish('a', 6);
      server.refusing = false;
      await waitUntil('the new life', () => recorder.all.length === 4);
      assert.equal(lost[1]?.reason, 'epoch');
    });

    it('discards duplicates', async () => {
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1, 2);
      server.sendRaw(server.stored('a')[0]!);
      publish('a', 3);
      await waitUntil('three', () => recorder.all.length === 3);
      assert.deepEqual(recorder.payloads, [1, 2, 3]);
    });

    it('requests missing publications again', async () => {
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1);
      await waitUntil('one', () => recorder.all.length === 1);
      const [first] = server.stored('a');
      server.silent = true;
      publish('a', 2, 3);
      server.silent = false;
      server.sendRaw({ ...first!, sequence: 4, id: 'x', payload: 'too early' });
      await waitUntil('all', () => recorder.all.length === 3);
      assert.deepEqual(recorder.payloads, [1, 2, 3]);
    });

    it('delivers exactly the fields that the publisher set', async () => {
      const recorder = new Recorder();
      const client = connect({ include: ['id', 'time'] });
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      await client.subscribe({ channel: 'b', onMessage: recorder.add });
      const all = { id: 'o-17', event: 'made', payload: { n: [1, null] }, meta: null, correlationId: 'c', replyTo: 'rpc:x', ...(serverVersion === 2 ? { headers: { 'content-type': 'application/json', tag: '' } } : {}) };
      await client.publish({ channel: 'a', ...all });
      server.publish({ channel: 'b', payload: null });
      await waitUntil('both', () => recorder.all.length === 2);
      const [one, other] = recorder.all;
      const [a, b] = [server.stored('a')[0]!, server.stored('b')[0]!];
      const plain = (publication: Publication | undefined) => Object.fromEntries(Object.entries(publication!).filter(([field]) => field !== 'push'));
      assert.deepEqual(plain(one), { channel: 'a', partition: 0, sequence: 1, epoch: a.epoch, time: a.time, ...all });
      assert.deepEqual(plain(other), { channel: 'b', partition: 0, sequence: 1, epoch: b.epoch, id: b.id, time: b.time, payload: null });
    });

    it('resumes when the epoch changes without a reported loss', async () => {
      const recorder = new Recorder();
      const lost: Lost[] = [];
      const sub = await connect().subscribe({ channel: 'a', onMessage: recorder.add });
      sub.on('lost', (one) => lost.push(one));
      publish('a', 1, 2);
      await waitUntil('two', () => recorder.all.length === 2);
      server.restartStream('a');
      publish('a', 3, 4);
      await waitUntil('all', () => recorder.all.length === 4);
      assert.deepEqual(recorder.payloads, [1, 2, 3, 4]);
      assert.deepEqual(lost.map(({ reason }) => reason), ['epoch']);
      recorder.assertGapless();
    });

    it('publishes once even if answers are lost', async () => {
      const client = connect();
      await client.connect();
      server.lostAnswers = 2;
      const outcome = await client.publish({ channel: 'a', payload: { n: 1 }, meta: { schema: 'v1' }, event: 'made' });
      assert.ok('duplicate' in outcome && outcome.duplicate);
      assert.equal(server.stored('a').length, 1);
      assert.deepEqual(server.stored('a')[0]?.meta, { schema: 'v1' });
    });

    it('keeps the order of concurrent publishes across breaks and errors', async () => {
      const client = connect();
      const published: Promise<unknown>[] = [];
      for (let n = 0; n < 1500; n++) {
        published.push(client.publish({ channel: 'a', payload: n, timeoutMs: 15_000 }));
        if (n % 300 === 150) {
          const stored = server.stored('a').length;
          await waitUntil('some more are there', () => server.stored('a').length > stored);
          server.breakAll();
        }
      }
      await Promise.all(published);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), Array.from({ length: 1500 }, (_, n) => n));
    });

    it('keeps the order of each channel through an outage that is longer than the time to publish', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network });
      const all = Array.from({ length: 60 }, (_, n) => n);
      server.refusing = true;
      const published = all.slice(0, 40).map((n) => client.publish({ channel: n % 7 === 3 ? 'b' : 'a', payload: n, timeoutMs: n < 10 ? 50 : 60_000 }));
      await published[0];
      published.push(...all.slice(40, 50).map((n) => client.publish({ channel: n % 7 === 3 ? 'b' : 'a', payload: n, timeoutMs: 60_000 })));
      const batch = client.publishAll(all.slice(50).map((n) => ({ channel: n % 7 === 3 ? 'b' : 'a', payload: n })), { timeoutMs: 60_000 });
      server.refusing = false;
      await Promise.all([...published, batch]);
      await waitUntil('all', () => server.stored('a').length + server.stored('b').length === 60);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), all.filter((n) => n % 7 !== 3));
      assert.deepEqual(server.stored('b').map(({ payload }) => payload), all.filter((n) => n % 7 === 3));
    });

    it('keeps the order when the network goes while publications are under way', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network });
      server.refusing = true;
      const published = [1, 2].map((n) => client.publish({ channel: 'a', payload: n, timeoutMs: 50 }));
      await runEventLoop();
      network.set(false);
      published.push(client.publish({ channel: 'a', payload: 3, timeoutMs: 60_000 }));
      assert.ok((await Promise.all(published)).every((outcome) => 'queued' in outcome));
      server.refusing = false;
      network.set(true);
      await waitUntil('all', () => server.stored('a').length === 3);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), [1, 2, 3]);
    });

    it('refuses at once what cannot be written as JSON', async () => {
      const network = new FakeNetwork();
      const store = memoryStore();
      const client = connect({ networkMonitor: network, offline: { store } });
      const circular: { self?: unknown } = {};
      circular.self = circular;
      const unwritable = [{ id: 10n }, circular, undefined, () => 1, { toJSON: () => { throw new Error('no'); } }, { toJSON: () => undefined }];
      for (const online of [true, false]) {
        network.set(online);
        for (const payload of unwritable) {
          await assert.rejects(client.publish({ channel: 'a', payload }), { name: 'BroadcastyError', code: 'invalid_request' });
          await assert.rejects(client.publishAll([{ channel: 'a', payload: 0 }, { channel: 'a', payload }]), { code: 'invalid_request' });
          await assert.rejects(client.request({ channel: 'a', payload }), { code: 'invalid_request' });
        }
      }
      await assert.rejects(client.publish({ channel: 'a', payload: 0, meta: { n: 1n } }), { code: 'invalid_request' });
      await assert.rejects(client.publish({ channel: 'a', payload: JSON.parse('['.repeat(70) + ']'.repeat(70)) as unknown }), { code: 'invalid_request', message: /64 levels/ });
      assert.deepEqual(await store.all(), []);
      network.set(true);
      const kept = { n: 1 };
      const published = client.publish({ channel: 'a', payload: kept });
      kept.n = 2;
      await published;
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), [{ n: 1 }]);
    });

    it('lets a publication that the server cannot read cost itself alone', async () => {
      server.unreadable = (text) => text.includes('poison');
      const client = connect();
      await client.connect();
      const outcomes = client.publishAll([1, 2, 'poison', 3, 'poison', 4].map((payload) => ({ channel: 'a', payload })));
      const subscribed = client.subscribe({ channel: 'b' });
      const codes = (await outcomes).map((outcome) => (outcome instanceof BroadcastyError ? outcome.code : 'ok'));
      assert.deepEqual(codes, ['ok', 'ok', 'invalid_json', 'ok', 'invalid_json', 'ok']);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), [1, 2, 3, 4]);
      await subscribed;
      await assert.rejects(client.publish({ channel: 'a', payload: 'poison' }), { code: 'invalid_json' });
      await client.publish({ channel: 'a', payload: 5 });
      assert.equal(client.state, 'connected');
    });

    it('lets a publication that is too large cost itself alone', async () => {
      server.maxMessageBytes = 300_000;
      const client = connect();
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      const payloads = [1, 'x'.repeat(400_000), 2, 'y'.repeat(150_000), 'z'.repeat(500_000), 3];
      const outcomes = await client.publishAll(payloads.map((payload) => ({ channel: 'a', payload })));
      assert.deepEqual(outcomes.map((outcome) => (outcome instanceof BroadcastyError ? outcome.code : 'ok')), ['ok', 'payload_too_large', 'ok', 'ok', 'payload_too_large', 'ok']);
      await waitUntil('all', () => recorder.all.length === 4);
      assert.deepEqual(recorder.payloads.map((payload) => String(payload).length), [1, 1, 150_000, 1]);
    });

    it('removes from the queue what an older version has stored and cannot be sent', async () => {
      server.unreadable = (text) => text.includes('poison');
      const store = memoryStore();
      const owner = JSON.stringify(['acme', 'ann']);
      for (const [n, payload] of [{ id: 10n }, 1, 'poison', undefined, 2].entries()) {
        await store.add({ owner, envelope: { id: `i${n}`, channel: 'a', payload } });
      }
      const client = connect({ offline: { store } });
      const flushed = await client.flushOffline();
      assert.deepEqual([flushed.sent, flushed.waiting], [2, 0]);
      assert.deepEqual(flushed.refused.map(({ id, error }) => [id, error.code]), [['i0', 'invalid_request'], ['i2', 'invalid_json'], ['i3', 'invalid_request']]);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), [1, 2]);
      assert.deepEqual(await store.all(), []);
    });

    it('splits large batches into several messages', async () => {
      const payload = 'x'.repeat(50_000);
      const outcomes = await connect().publishAll(Array.from({ length: 30 }, () => ({ channel: 'a', payload })));
      assert.ok(outcomes.every((outcome) => 'sequence' in outcome));
      assert.equal(server.stored('a').length, 30);
      assert.ok(server.longestMessage <= 300_000, `${server.longestMessage} bytes at once`);
    });

    it('publishes after the delay that an error requests', async () => {
      server.publishProblems = [{ code: 'rate_limited', status: 429, retryAfter: 1 }];
      const clock = fastClock(20);
      const began = clock.now();
      const outcome = await connect({ clock, connectTimeoutMs: 60_000 }).publish({ channel: 'a', payload: 1, timeoutMs: 100_000 });
      assert.ok('sequence' in outcome);
      assert.ok(clock.now() - began >= 1000);
    });

    it('publishes many and returns an outcome for each', async () => {
      const outcomes = await connect().publishAll([...Array.from({ length: 150 }, (_, i) => ({ channel: 'a', payload: i })), { channel: 'private-nobody', payload: 0 }]);
      assert.equal(outcomes.length, 151);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), Array.from({ length: 150 }, (_, i) => i));
      assert.equal((outcomes[150] as BroadcastyError).code, 'forbidden');
    });

    it('uses a new token when the current one expires', async () => {
      const tokens = [token({ subject: 'ann' }), token({ subject: 'ann', expires: Date.now() + 7_200_000 })];
      let given = 0;
      const client = connect({ getToken: () => tokens[Math.min(given++, 1)]! });
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1);
      server.expiredTokens.add(tokens[0]!);
      server.endAll('token_expired', 4402, 'no');
      publish('a', 2);
      await waitUntil('both', () => recorder.all.length === 2);
      recorder.assertGapless();
      assert.equal(client.state, 'connected');
    });

    it('reconnects at once when the node drains', async () => {
      const client = connect({ backoff: () => 60_000 });
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1);
      server.endAll('draining', 4503, 'yes');
      publish('a', 2);
      await waitUntil('both', () => recorder.all.length === 2);
      recorder.assertGapless();
    });

    it('reconnects after the delay that the server requests', async () => {
      const clock = fastClock(20);
      const client = connect({ clock, connectTimeoutMs: 60_000 });
      const states: unknown[] = [];
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      client.on('state', ({ state, retryInMillis }) => state === 'waiting' && states.push(retryInMillis));
      server.endAll('unavailable', 4504, 'after', 1);
      publish('a', 1);
      const began = clock.now();
      await waitUntil('it', () => recorder.all.length === 1);
      assert.ok(clock.now() - began >= 900);
      assert.deepEqual(states, [1000]);
    });

    it('does not reconnect when the server rejects it, and reports why', async () => {
      const client = connect({ backoff: () => 0 });
      const sub = await client.subscribe({ channel: 'a', onMessage: () => undefined });
      const errors: string[] = [];
      sub.on('error', ({ code }) => errors.push(code));
      server.endAll('unauthorized', 4401, 'no');
      await waitUntil('failed', () => client.state === 'failed');
      assert.deepEqual(errors, ['unauthorized']);
      assert.ok(sub.closed);
      await runEventLoop();
      assert.equal(client.state, 'failed');
    });

    it('rejects one channel and serves the others', async () => {
      const client = connect();
      const recorder = new Recorder();
      const [refused, served] = await Promise.allSettled([
        client.subscribe({ channel: 'private-nobody', onMessage: () => undefined }),
        client.subscribe({ channel: 'a', onMessage: recorder.add }),
      ]);
      assert.equal(served.status, 'fulfilled');
      assert.equal(((refused as PromiseRejectedResult).reason as BroadcastyError).code, 'forbidden');
      publish('a', 1);
      await waitUntil('one', () => recorder.all.length === 1);
    });

    it('stops with close(), and unsubscribes a channel with its last subscription', async () => {
      const client = connect();
      const one = new Recorder();
      const two = new Recorder();
      const first = await client.subscribe({ channel: 'a', onMessage: one.add });
      const second = await client.subscribe({ channel: 'a', onMessage: two.add });
      publish('a', 1);
      await waitUntil('both', () => one.all.length === 1 && two.all.length === 1);
      first.close();
      publish('a', 2);
      await waitUntil('the second', () => two.all.length === 2);
      second.close();
      await waitUntil('no stream', () => [...server.connections].every(({ targets }) => targets.size === 0));
      assert.equal(one.all.length, 1);
    });

    it('supports for await, and closes when a signal is aborted', async () => {
      const stop = new AbortController();
      const sub = await connect().subscribe<number>({ channel: 'a', signal: stop.signal });
      publish('a', 1, 2, 3);
      const received: number[] = [];
      for await (const { payload } of sub) {
        received.push(payload);
        if (payload === 3) {
          stop.abort();
        }
      }
      assert.deepEqual(received, [1, 2, 3]);
    });

    it('unsubscribes when the handler is slow, and resumes from its position', async () => {
      const recorder = new Recorder();
      const client = connect();
      let most = 0;
      let handled: () => void = () => undefined;
      const sub = await client.subscribe({
        channel: 'a',
        maxQueue: 10,
        onMessage: (publication: Publication) => {
          most = Math.max(most, sub.waiting);
          recorder.add(publication);
          return new Promise<void>((resolve) => (handled = resolve));
        },
      });
      publish('a', ...Array.from({ length: 200 }, (_, n) => n));
      await waitUntil('full', () => sub.waiting === 10);
      await waitUntil('all', () => {
        handled();
        return recorder.all.length === 200;
      });
      recorder.assertGapless();
      assert.ok(most <= 10, `${most} waited`);
    });

    it('sends requests and replies', async () => {
      const [asker, answerer] = [connect(), connect()];
      await answerer.respond<{ sku: string }, number>({ channel: 'rpc:stock', onRequest: ({ payload }) => payload.sku.length });
      const answers = await Promise.all(['a', 'bb', 'ccc'].map((sku) => asker.request<number>({ channel: 'rpc:stock', payload: { sku } })));
      assert.deepEqual(answers.map(({ payload }) => payload), [1, 2, 3]);
      await assert.rejects(asker.request({ channel: 'rpc:nobody', payload: 0, timeoutMs: 50 }), { code: 'timeout' });
    });

    it('sends requests in the order of their channel, without a network too', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network });
      await client.respond({ channel: 'rpc:a', onRequest: ({ payload }) => payload });
      const stored = () => server.stored('rpc:a').map(({ payload }) => payload);
      const first = client.request({ channel: 'rpc:a', payload: 1 });
      void client.publish({ channel: 'rpc:a', payload: 2 });
      assert.equal((await first).payload, 1);
      network.set(false);
      server.breakAll();
      await waitUntil('no connection', () => client.state === 'offline');
      assert.ok('queued' in (await client.publish({ channel: 'rpc:a', payload: 3 })));
      const answers = [client.request({ channel: 'rpc:a', payload: 4 })];
      assert.ok('queued' in (await client.publish({ channel: 'rpc:a', payload: 5 })));
      const late = client.request({ channel: 'rpc:a', payload: 'too late', timeoutMs: 50 });
      const stop = new AbortController();
      const aborted = client.request({ channel: 'rpc:a', payload: 'aborted', signal: stop.signal });
      answers.push(client.request({ channel: 'rpc:a', payload: 6, replyTo: 'rpc:own' }));
      await assert.rejects(late, { code: 'timeout' });
      stop.abort();
      await assert.rejects(aborted, { name: 'AbortError' });
      network.set(true);
      answers.push(client.request({ channel: 'rpc:a', payload: 7 }));
      assert.deepEqual((await Promise.all(answers)).map(({ payload }) => payload).sort(), [4, 6, 7]);
      assert.deepEqual(stored().filter((payload) => payload !== 6), [1, 2, 3, 4, 5, 7]); // 6 waits for its own channel of replies
      assert.deepEqual(await client.flushOffline(), { sent: 2, waiting: 0, refused: [] });
    });

    it('keeps the place of a request that waits for an answer when its channel is queued', async () => {
      const client = connect();
      await client.respond({ channel: 'rpc:a', onRequest: ({ payload }) => payload });
      await client.request({ channel: 'rpc:a', payload: 0 });
      server.refusing = true;
      server.breakAll();
      const published = client.publish({ channel: 'rpc:a', payload: 1, timeoutMs: 100 });
      const answer = client.request({ channel: 'rpc:a', payload: 2 });
      const later = client.publish({ channel: 'rpc:a', payload: 3 });
      assert.ok('queued' in (await published));
      server.refusing = false;
      assert.equal((await answer).payload, 2);
      await later;
      await waitUntil('all', () => server.stored('rpc:a').length === 4);
      assert.deepEqual(server.stored('rpc:a').map(({ payload }) => payload), [0, 1, 2, 3]);
    });

    it('rejects a request in the queue that the server refuses', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network });
      const events: string[] = [];
      client.on('refused', ({ id }) => events.push(id));
      await client.subscribe({ channel: 'a' });
      network.set(false);
      server.breakAll();
      await waitUntil('no connection', () => client.state === 'offline');
      const refused = client.request({ channel: 'private-nobody', payload: 1 });
      await runEventLoop();
      network.set(true);
      await assert.rejects(refused, { code: 'forbidden' });
      assert.deepEqual(events, []);
      assert.deepEqual(await client.flushOffline(), { sent: 0, waiting: 0, refused: [] });
    });

    it('sends requests again after the channel of replies has ended', async () => {
      const client = connect();
      await client.respond({ channel: 'rpc:a', onRequest: ({ payload }) => payload, on: { error: () => undefined } });
      assert.equal((await client.request({ channel: 'rpc:a', payload: 1 })).payload, 1);
      const asked = client.request({ channel: 'rpc:nobody', payload: 1, timeoutMs: 60_000 });
      await waitUntil('the request', () => server.stored('rpc:nobody').length === 1);
      client.on('error', () => undefined);
      server.endAll('disconnected', 4410, 'no');
      await assert.rejects(asked, { code: 'disconnected' });
      await client.respond({ channel: 'rpc:a', onRequest: ({ payload }) => payload });
      assert.equal((await client.request({ channel: 'rpc:a', payload: 2 })).payload, 2);
    });

    it('reports an error of its own as uncaught, and goes on', async () => {
      const uncaught: string[] = [];
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      try {
        const client = connect();
        const states: string[] = [];
        const recorder = new Recorder();
        const subscription = await client.subscribe({ channel: 'a', onMessage: recorder.add });
        client.on('state', ({ state }) => states.push(state));
        const run = subscription.run.bind(subscription);
        subscription.run = () => {
          subscription.run = run;
          throw new TypeError('a bug');
        };
        publish('a', 1, 2);
        await waitUntil('both', () => recorder.all.length === 2);
        assert.deepEqual(recorder.payloads, [1, 2]);
        assert.deepEqual(uncaught, ['a bug']);
        assert.deepEqual(states, []);
      } finally {
        process.removeAllListeners('uncaughtException');
        others.forEach((listener) => process.on('uncaughtException', listener));
      }
    });

    it('receives a reply that was sent while the connection was broken', async () => {
      const asker = connect();
      const asked = asker.request<string>({ channel: 'rpc:slow', payload: 'q', timeoutMs: 5000 });
      await waitUntil('the request', () => server.stored('rpc:slow').length === 1);
      const { replyTo, correlationId } = server.stored('rpc:slow')[0]!;
      server.breakAll();
      server.publish({ channel: replyTo as string, payload: 'answer', correlationId });
      assert.equal((await asked).payload, 'answer');
    });

    it('tracks members across a break', async () => {
      server.join('presence-room', { id: 'bob' });
      server.join('presence-room', { id: 'cleo' });
      server.join('presence-room', { id: 'dan' });
      const client = connect();
      const view = await client.presence('presence-room', { member: { name: 'Ann' } });
      const present = () => [...view.members.keys()].sort().join();
      await waitUntil('four', () => present() === 'ann,bob,cleo,dan');
      assert.deepEqual(view.members.get('ann'), { id: 'ann', name: 'Ann' });
      server.leave('presence-room', 'bob');
      server.join('presence-room', { id: 'eve' });
      await waitUntil('a change', () => present() === 'ann,cleo,dan,eve');
      server.breakAll();
      server.leave('presence-room', 'eve');
      await waitUntil('after the cut', () => present() === 'ann,cleo,dan');
      view.close();
      assert.equal(client.state, 'connected');
    });
  });
}
