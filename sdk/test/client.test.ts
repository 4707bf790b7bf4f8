/** Tests of what does not depend on the transport, and of the selection of a transport. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BroadcastyClient, BroadcastyError, CoreClient, fullJitter } from '../src/index.js';
import { localStorageStore, memoryStore } from '../src/offline.js';
import type { OfflineStore } from '../src/offline.js';
import WebSocket from 'ws';
import { FakeClock } from './fake-clock.js';
import type { FakeServer } from './fake-server.js';
import { token } from './fake-server.js';
import { clientsOf, Recorder, FakeNetwork, fastClock, runEventLoop, waitUntil } from './support.js';

describe('a client', { timeout: 20_000 }, () => {
  let server: FakeServer;
  const connect = clientsOf((started) => (server = started));

  describe('auto', () => {
    it('selects WebSocket where it works', async () => {
      const client = connect();
      const transports: unknown[] = [];
      client.on('state', ({ transport }) => transport && transports.push(transport));
      await client.connect();
      assert.deepEqual(transports, ['ws']);
    });

    it('selects Server-Sent Events where WebSocket is blocked, without gaps, and remembers it', async () => {
      const client = connect();
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      server.publish({ channel: 'a', payload: 1 });
      await waitUntil('the first', () => recorder.all.length === 1);
      server.webSocketBlocked = true;
      server.breakAll();
      server.publish({ channel: 'a', payload: 2 });
      await waitUntil('the second', () => recorder.all.length === 2);
      recorder.assertGapless();
      const tries = server.requests.filter((name) => name === 'upgrade').length;
      server.breakAll();
      server.publish({ channel: 'a', payload: 3 });
      await waitUntil('the third', () => recorder.all.length === 3);
      assert.ok(server.requests.filter((name) => name === 'upgrade').length <= tries + 1);
      await client.publish({ channel: 'a', payload: 4 });
      await waitUntil('the fourth', () => recorder.all.length === 4);
      recorder.assertGapless();
    });

    it('waits for a server that is down, and selects WebSocket when it returns', async () => {
      const client = connect();
      const transports: unknown[] = [];
      await client.connect();
      let waits = 0;
      client.on('state', ({ state, transport }) => {
        waits += state === 'waiting' ? 1 : 0;
        if (transport) {
          transports.push(transport);
        }
      });
      server.refusing = true;
      server.breakAll();
      await waitUntil('four attempts', () => waits === 4);
      server.refusing = false;
      await waitUntil('connected', () => client.state === 'connected');
      assert.deepEqual(transports, ['ws']);
    });

    it('works without a WebSocket class', async () => {
      const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
      Reflect.deleteProperty(globalThis, 'WebSocket'); // as in Node 20
      try {
        const without = connect({ WebSocket: undefined });
        const reasons: unknown[] = [];
        without.on('state', ({ error }) => error && reasons.push(`${error.code}: ${error.message}`));
        server.refusing = true;
        const recorder = new Recorder();
        const subscribed = without.subscribe({ channel: 'a', onMessage: recorder.add });
        await waitUntil('several attempts', () => reasons.length >= 5);
        assert.equal(new Set(reasons).size, 1, reasons.join());
        server.refusing = false;
        await subscribed;
        server.publish({ channel: 'a', payload: 1 });
        await waitUntil('one', () => recorder.all.length === 1);
        assert.ok(!server.requests.includes('upgrade'));
      } finally {
        if (own) {
          Object.defineProperty(globalThis, 'WebSocket', own);
        }
      }
    });

    it('tries again as soon as the server answers a ping, while somebody looks at the page', async () => {
      const page = { visibilityState: 'visible', addEventListener: () => undefined };
      Object.assign(globalThis, { document: page });
      try {
        const clock = new FakeClock(Date.now());
        let pings = 0;
        let answered = 0;
        const counting: typeof fetch = async (url, init) => {
          const isPing = (url as string).endsWith('/ping');
          pings += isPing ? 1 : 0;
          const answer = await fetch(url, init);
          answered += isPing ? 1 : 0;
          return answer;
        };
        const client = connect({ clock, fetch: counting, backoff: () => 600_000, connectTimeoutMs: 3_600_000 });
        await client.connect();
        let attempts = 0;
        let waitsUntil = 0;
        client.on('state', ({ state, retryInMillis = 0 }) => {
          attempts += state === 'connecting' ? 1 : 0;
          waitsUntil = clock.now() + retryInMillis;
        });
        /** Lets time pass until something has happened, in the time that the answers take. */
        const reach = (what: string, condition: () => boolean) =>
          waitUntil(what, () => {
            if (!condition()) {
              clock.advance(100);
            }
            return condition();
          });
        /** Lets time pass, for what must not happen meanwhile. */
        const wait = async (millis: number) => {
          for (let passed = 0; passed < millis; passed += 500) {
            clock.advance(500);
            await runEventLoop();
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        };
        server.undeployed = true;
        server.breakAll();
        await reach('an attempt that fails', () => attempts === 1 && client.state === 'waiting');
        const before = pings;
        await wait(20_000);
        assert.ok(pings - before <= 20, `${pings - before} pings in 20 s`);
        await reach('several pings', () => pings - before >= 2);
        page.visibilityState = 'hidden';
        const seen = pings;
        await wait(10_000);
        assert.equal(pings, seen);
        assert.equal(attempts, 1);
        page.visibilityState = 'visible';
        server.undeployed = false;
        server.webSocketBlocked = true;
        const first = waitsUntil;
        await reach('an attempt after a ping', () => attempts === 2);
        assert.ok(clock.now() < first);
        // which fails; a server that answers pings is not tried more often than it allows
        await waitUntil('waiting', () => client.state === 'waiting');
        await wait(20_000);
        assert.equal(attempts, 2);
        server.webSocketBlocked = false;
        server.undeployed = true;
        clock.advance(waitsUntil - clock.now());
        await waitUntil('the next attempt, which fails', () => attempts === 3 && client.state === 'waiting');
        const [third, failed] = [waitsUntil, answered];
        await reach('a ping that fails', () => answered > failed);
        server.undeployed = false;
        await reach('connected', () => client.state === 'connected');
        assert.ok(clock.now() < third);
      } finally {
        Reflect.deleteProperty(globalThis, 'document');
      }
    });
  });

  describe('a token', () => {
    it('is refreshed before it expires without interrupting the stream', async () => {
      let given = 0;
      const client = connect({ transport: 'ws', getToken: () => token({ subject: `ann`, expires: Date.now() + 3_600_000 + ++given * 1000 }) });
      const states: string[] = [];
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      client.on('state', ({ state }) => states.push(state));
      server.expiring();
      await waitUntil('a refresh', () => server.requests.includes('refresh'));
      server.publish({ channel: 'a', payload: 1 });
      await waitUntil('one', () => recorder.all.length === 1);
      assert.deepEqual(states, []);
      assert.equal(given, 2);
    });

    it('is refreshed by a new stream of Server-Sent Events without gaps', async () => {
      let given = 0;
      const client = connect({ transport: 'sse', getToken: () => token({ expires: Date.now() + (given++ === 0 ? 31_500 : 3_600_000) }) });
      const recorder = new Recorder();
      let n = 0;
      let more = true;
      const publish = () => more && server.publish({ channel: 'a', payload: ++n });
      await client.subscribe({
        channel: 'a',
        onMessage: (publication) => {
          recorder.add(publication);
          setImmediate(publish); // keeps publishing, one after the other
        },
      });
      publish();
      await waitUntil('the second token', () => given === 2);
      await waitUntil('the second stream', () => server.requests.filter((name) => name === 'sse').length === 2);
      await waitUntil('one stream', () => server.connections.size === 1);
      more = false;
      await waitUntil('all', () => recorder.all.length === n);
      recorder.assertGapless();
      assert.equal(client.state, 'connected');
    });

    it('that has not changed does not replace the stream of Server-Sent Events', async () => {
      let asked = 0;
      const kept = token({ expires: Date.now() + 31_000 });
      const client = connect({ transport: 'sse', clock: fastClock(20), getToken: () => (asked++, kept) });
      await client.subscribe({ channel: 'a', onMessage: () => undefined });
      await waitUntil('four times', () => asked >= 4);
      assert.equal(server.requests.filter((name) => name === 'sse').length, 1);
    });

    it('that is missing causes a typed error', async () => {
      await assert.rejects(connect({ getToken: () => '' }).connect(), { code: 'no_token', message: /getToken/ });
    });

    it('that the server rejects causes a typed error', async () => {
      await assert.rejects(connect({ getToken: () => 'rubbish', transport: 'ws' }).connect(), { code: 'unauthorized', message: /tid/ });
      await assert.rejects(connect({ getToken: () => 'rubbish', transport: 'sse' }).subscribe({ channel: 'a' }), { name: 'BroadcastyError' });
    });

    it('that cannot be fetched is requested again', async () => {
      let asked = 0;
      const client = connect({ getToken: () => (asked++ < 2 ? Promise.reject(new Error('login server away')) : token()) });
      await client.connect();
      assert.equal(asked, 3);
    });
  });

  describe('a typed error is thrown for', () => {
    it('invalid constructor options', () => {
      assert.throws(() => new BroadcastyClient({ baseUrl: 'example.com', getToken: () => '' }), /baseUrl must be/);
      assert.throws(() => new BroadcastyClient({ baseUrl: 'http://x' } as never), /getToken must be/);
    });

    it('invalid channels', async () => {
      const client = connect();
      await assert.rejects(client.subscribe({ channel: 'a/b' }), { code: 'invalid_channel' });
      await assert.rejects(client.publish({ channel: 'orders.*', payload: 1 }), { code: 'invalid_channel', message: /patterns/ });
      await assert.rejects(client.publish({ channel: 'private-nobody', payload: 1 }), { code: 'forbidden' });
    });

    it('invalid headers', async () => {
      const client = connect();
      const bad: [headers: unknown, message: RegExp][] = [
        [{ 'Content-Type': 'x' }, /invalid header "Content-Type"; use names of 1–64 a–z 0–9 -/],
        [{ '': 'x' }, /invalid header ""/],
        [{ ['a'.repeat(65)]: 'x' }, /invalid header/],
        [{ n: 1 }, /invalid header "n"/],
        [Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`h${n}`, ''])), /too many headers; .* at most 16 in 2048 bytes/],
        [{ a: 'é'.repeat(1024) }, /too many headers/],
      ];
      for (const [headers, message] of bad) {
        const envelope = { channel: 'a', payload: 1, headers: headers as Record<string, string> };
        const refusal = { name: 'BroadcastyError', code: 'invalid_request', message };
        await assert.rejects(client.publish(envelope), refusal);
        await assert.rejects(client.publishAll([envelope]), refusal);
        await assert.rejects(client.request(envelope), refusal);
      }
      assert.deepEqual(server.requests, []);
      const most = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`x-${String(n).padStart(2, '0')}`, ',é'.repeat(41) + 'y']));
      assert.equal(new TextEncoder().encode(Object.entries(most).flat().join('')).length, 2048);
      await client.publish({ channel: 'a', payload: 1, headers: most });
      await client.publish({ channel: 'a', payload: 2, headers: {} });
      assert.deepEqual(server.stored('a')[0]?.headers, most);
    });

    it('a server that is unreachable', async () => {
      server.refusing = true;
      for (const transport of ['ws', 'sse'] as const) {
        await assert.rejects(connect({ transport }).connect({ timeoutMs: 200 }), { code: 'unreachable', message: /baseUrl/ });
      }
      await assert.rejects(connect({ offline: false }).publish({ channel: 'a', payload: 1, timeoutMs: 200 }), { code: 'unreachable' });
    });

    it('a request without a token', async () => {
      const client = connect({ getToken: () => Promise.reject(new Error('login server away')) });
      await assert.rejects(client.request({ channel: 'rpc:a', payload: 1, timeoutMs: 200 }), ({ code, cause }: BroadcastyError) => {
        assert.equal(code, 'no_token');
        assert.equal((cause as Error).message, 'login server away');
        return true;
      });
    });

    it('a request of which no part is answered in time, with its whole time', async () => {
      const client = connect({ transport: 'ws' });
      const asked = () => client.request({ channel: 'rpc:a', payload: 1, timeoutMs: 300 });
      await assert.rejects(asked(), { code: 'timeout' }); // and follows the channel of replies
      server.silent = true;
      await assert.rejects(asked(), { code: 'timeout', message: /^the request to rpc:a got no answer within 300 ms/ });
    });

    it('a base URL without a Broadcasty server', async () => {
      const client = connect({ baseUrl: `${server.url}/other`, transport: 'sse', offline: false });
      await assert.rejects(client.publish({ channel: 'a', payload: 1, timeoutMs: 200 }), { code: 'unreachable', message: /baseUrl/ });
    });

    it('calls after close', async () => {
      const client = connect();
      client.close();
      await assert.rejects(client.connect(), { code: 'closed' });
    });

    it('a publish whose signal is aborted', async () => {
      server.silent = true;
      const stop = new AbortController();
      const published = connect({ offline: false }).publish({ channel: 'a', payload: 1, signal: stop.signal });
      const refused = assert.rejects(published, { name: 'AbortError' });
      await waitUntil('it is under way', () => server.requests.includes('upgrade'));
      stop.abort();
      await refused;
    });
  });

  describe('a server that does not answer', () => {
    it('is disconnected', async () => {
      server.pingInterval = 50;
      const client = connect({ transport: 'ws', connectTimeoutMs: 500, clock: fastClock(100) });
      const recorder = new Recorder();
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      server.silent = true;
      await waitUntil('noticed', () => client.state !== 'connected');
      server.silent = false;
      server.publish({ channel: 'a', payload: 1 });
      await waitUntil('the first', () => recorder.all.length === 1);
    });
  });

  describe('the network', () => {
    it('is awaited, and used at once when it returns', async () => {
      const network = new FakeNetwork();
      network.set(false);
      const client = connect({ networkMonitor: network, backoff: () => 60_000 });
      const recorder = new Recorder();
      const subscribed = client.subscribe({ channel: 'a', onMessage: recorder.add });
      await waitUntil('offline', () => client.state === 'offline');
      network.set(true);
      await subscribed;
    });

    it('ends a delay early when it changes, but not one that the server requested', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network, backoff: () => 60_000 });
      const waits: unknown[] = [];
      client.on('state', ({ retryInMillis }) => retryInMillis !== undefined && waits.push(retryInMillis));
      await client.connect();
      server.refusing = true;
      server.breakAll();
      await waitUntil('a long wait', () => waits.at(-1) === 60_000);
      server.refusing = false;
      network.set(true);
      await waitUntil('connected', () => client.state === 'connected');
      server.endAll('unavailable', 4504, 'after', 60);
      await waitUntil('waiting', () => client.state === 'waiting');
      network.set(true);
      await runEventLoop();
      assert.equal(client.state, 'waiting');
    });
  });

  describe('the offline queue', () => {
    it('keeps publications without a network across a reload, and sends them once and in order', async () => {
      const network = new FakeNetwork();
      const store = memoryStore();
      network.set(false);
      const before = connect({ networkMonitor: network, offline: { store } });
      for (let n = 1; n <= 5; n++) {
        const outcome = await before.publish({ channel: n % 2 ? 'odd' : 'even', payload: n, headers: { n: `${n}` } });
        assert.ok('queued' in outcome);
      }
      before.close();
      network.set(true);
      const after = connect({ networkMonitor: network, offline: { store } });
      server.lostAnswers = 1;
      const flushed = await after.flushOffline();
      assert.deepEqual(flushed, { sent: 5, waiting: 0, refused: [] });
      assert.deepEqual(server.stored('odd').map(({ payload }) => payload), [1, 3, 5]);
      assert.deepEqual(server.stored('even').map(({ payload }) => payload), [2, 4]);
      assert.deepEqual(server.stored('odd').map(({ headers }) => headers), [{ n: '1' }, { n: '3' }, { n: '5' }]);
    });

    it('is sent when the connection returns, before later publications to the channel', async () => {
      const network = new FakeNetwork();
      network.set(false);
      const client = connect({ networkMonitor: network });
      await client.publish({ channel: 'a', payload: 1 });
      await client.publish({ channel: 'a', payload: 2 });
      network.set(true);
      await client.publish({ channel: 'a', payload: 3 });
      await waitUntil('three', () => server.stored('a').length === 3);
      assert.deepEqual(server.stored('a').map(({ payload }) => payload), [1, 2, 3]);
    });

    it('keeps publications without an answer in time', async () => {
      server.refusing = true;
      const client = connect();
      assert.ok('queued' in (await client.publish({ channel: 'a', payload: 1, timeoutMs: 50 })));
      server.refusing = false;
      await waitUntil('it', () => server.stored('a').length === 1);
    });

    it('is bounded, and removes what the server rejects for good', async () => {
      const network = new FakeNetwork();
      network.set(false);
      const client = connect({ networkMonitor: network, offline: { store: memoryStore(), max: 2 } });
      await client.publish({ channel: 'private-nobody', payload: 1 });
      await client.publish({ channel: 'a', payload: 2 });
      await assert.rejects(client.publish({ channel: 'a', payload: 3 }), { code: 'queue_full' });
      network.set(true);
      const { refused, sent, waiting } = await client.flushOffline();
      assert.deepEqual([refused.map(({ error }) => error.code), sent, waiting], [['forbidden'], 1, 0]);
    });

    it('tells the fate of every publication that it sends by itself, by an event and by the next flush', async () => {
      const network = new FakeNetwork();
      network.set(false);
      const client = connect({ networkMonitor: network });
      const told: unknown[] = [];
      client.on('sent', (sent) => told.push(['sent', sent.channel, 'sequence' in sent && sent.sequence]));
      client.on('refused', ({ channel, error }) => told.push(['refused', channel, error.code]));
      const queued = await client.publish({ channel: 'private-nobody', payload: 1 });
      await client.publish({ channel: 'a', payload: 2 });
      network.set(true);
      await waitUntil('both are told', () => told.length === 2);
      assert.deepEqual(told.sort(), [['refused', 'private-nobody', 'forbidden'], ['sent', 'a', 1]]);
      const { refused, ...counts } = await client.flushOffline();
      assert.deepEqual(counts, { sent: 1, waiting: 0 });
      assert.deepEqual(refused.map(({ id, error }) => [id, error.code]), [[queued.id, 'forbidden']]);
      assert.deepEqual(await client.flushOffline(), { sent: 0, waiting: 0, refused: [] });
    });

    it('keeps publications when the client, and not they, is refused', async () => {
      const network = new FakeNetwork();
      const store = memoryStore();
      network.set(false);
      const client = connect({ networkMonitor: network, offline: { store } });
      await client.publish({ channel: 'a', payload: 1 });
      server.silent = true;
      network.set(true);
      await waitUntil('it connects', () => server.requests.includes('upgrade'));
      client.close();
      await runEventLoop();
      assert.equal((await store.all()).length, 1);
      server.silent = false;
      const banned = connect({ offline: { store }, getToken: () => token({ expires: Date.now() + 60_000 }) });
      server.publishProblems = [{ code: 'unauthorized', status: 401 }];
      const flushed = await banned.flushOffline();
      assert.deepEqual(flushed.refused, []);
      await waitUntil('it is sent', () => server.stored('a').length === 1);
    });

    it('does not send a request that is aborted while the queue is being sent', async () => {
      const network = new FakeNetwork();
      network.set(false);
      let onRead = () => undefined as unknown;
      const store = memoryStore();
      const all = () => store.all().finally(() => onRead());
      const client = connect({ networkMonitor: network, offline: { store: { ...store, all } } });
      await client.publish({ channel: 'a', payload: 1 });
      const [read, sent] = [new AbortController(), new AbortController()];
      const asked = [
        client.request({ channel: 'a', payload: 'aborted when it is read', signal: read.signal }),
        client.request({ channel: 'c', payload: 'aborted when it is passed on', signal: sent.signal }),
      ].map((request) => assert.rejects(request, { name: 'AbortError' }));
      await client.publish({ channel: 'a', payload: 2 });
      await client.publish({ channel: 'c', payload: 3 });
      server.refusing = true;
      network.set(true);
      onRead = () => read.abort();
      const flushed = client.flushOffline();
      await waitUntil('an attempt that fails', () => client.state === 'waiting');
      sent.abort();
      await Promise.all(asked);
      server.refusing = false;
      assert.deepEqual(await flushed, { sent: 3, waiting: 0, refused: [] });
      assert.deepEqual(['a', 'c'].map((channel) => server.stored(channel).map(({ payload }) => payload)), [[1, 2], [3]]);
    });

    it('skips entries that it cannot read', async () => {
      const store = memoryStore();
      const all = () => store.all().then((some) => [{}, { envelope: null }, { envelope: { id: 7 } }, ...some] as never);
      const client = connect({ offline: { store: { ...store, all } } });
      const network = new FakeNetwork();
      network.set(false);
      const other = connect({ networkMonitor: network, offline: { store } });
      await other.publish({ channel: 'a', payload: 1 });
      assert.deepEqual(await client.flushOffline(), { sent: 1, waiting: 0, refused: [] });
    });

    it('accepts publications without a token, for the user of the last one', async () => {
      const network = new FakeNetwork();
      const client = connect({ networkMonitor: network, getToken: () => (network.isOnline() ? token() : Promise.reject(new TypeError('Failed to fetch'))) });
      await client.connect();
      network.set(false);
      assert.ok('queued' in (await client.publish({ channel: 'a', payload: 1 })));
      network.set(true);
      await waitUntil('it', () => server.stored('a').length === 1);
      network.set(false);
      const stranger = connect({ networkMonitor: network, getToken: () => Promise.reject(new TypeError('Failed to fetch')) });
      await assert.rejects(stranger.publish({ channel: 'a', payload: 2 }), { code: 'no_token' });
    });

    it("is not sent with another user's token", async () => {
      const network = new FakeNetwork();
      const store = memoryStore();
      network.set(false);
      await connect({ networkMonitor: network, offline: { store } }).publish({ channel: 'a', payload: 1 });
      network.set(true);
      const bob = connect({ networkMonitor: network, offline: { store }, getToken: () => token({ subject: 'bob' }) });
      await bob.connect();
      assert.deepEqual(await bob.flushOffline(), { sent: 0, waiting: 0, refused: [] });
      assert.equal((await store.all()).length, 1);
    });

    it('can use localStorage', async () => {
      const entries = new Map<string, string>();
      const storage = {
        get length() {
          return entries.size;
        },
        key: (i: number) => [...entries.keys()][i] ?? null,
        getItem: (key: string) => entries.get(key) ?? null,
        setItem: (key: string, value: string) => void entries.set(key, value),
        removeItem: (key: string) => void entries.delete(key),
      } as unknown as Storage;
      const store: OfflineStore = localStorageStore('q', storage);
      entries.set('other', 'kept');
      for (let n = 0; n < 12; n++) {
        await store.add({ envelope: { id: `i${n}`, channel: 'a', payload: n }, owner: 'o' });
      }
      await store.remove('i3');
      assert.deepEqual((await localStorageStore('q', storage).all()).map(({ envelope }) => envelope.payload), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
      assert.equal(entries.get('other'), 'kept');
    });
  });

  it('reads retained publications by page', async () => {
    server.publish({ channel: 'a', payload: 1 });
    server.publish({ channel: 'a', payload: 2 });
    const page = await connect().replay<number>({ channel: 'a', from: 2 });
    assert.deepEqual(page.publications.map(({ payload }) => payload), [2]);
  });

  it('delivers a channel that overlaps a pattern to both subscriptions', async () => {
    const client = connect();
    const [pattern, plain] = [new Recorder(), new Recorder()];
    server.publish({ channel: 'o.a', payload: 0 });
    await client.subscribe({ channel: 'o.*', onMessage: pattern.add });
    await client.subscribe({ channel: 'o.a', onMessage: plain.add });
    server.publish({ channel: 'o.a', payload: 1 });
    server.breakAll();
    server.publish({ channel: 'o.a', payload: 2 });
    await waitUntil('both', () => pattern.all.length === 2 && plain.all.length === 2);
    pattern.assertGapless();
    plain.assertGapless();
  });

  it('reports a handler that throws, and continues', async () => {
    const errors: BroadcastyError[] = [];
    let calls = 0;
    const sub = await connect().subscribe({
      channel: 'a',
      onMessage: () => {
        calls++;
        throw new Error('boom');
      },
    });
    sub.on('error', (error) => errors.push(error));
    server.publish({ channel: 'a', payload: 1 });
    server.publish({ channel: 'a', payload: 2 });
    await waitUntil('two', () => calls === 2);
    assert.deepEqual(errors.map(({ code }) => code), ['handler_failed', 'handler_failed']);
  });

  it('subscribes and publishes with CoreClient alone', async () => {
    const core = new CoreClient({ baseUrl: server.url, getToken: () => token(), WebSocket });
    const recorder = new Recorder();
    await core.subscribe({ channel: 'a', onMessage: recorder.add });
    await core.publish({ channel: 'a', payload: 1 });
    await waitUntil('one', () => recorder.all.length === 1);
    core.close();
  });
});

it('the backoff is exponential, with full jitter and a cap', () => {
  const backoff = fullJitter(500, 30_000);
  assert.deepEqual([0, 1, 2, 3, 10, 1000].map((attempt) => backoff(attempt, 0.5)), [250, 500, 1000, 2000, 15_000, 15_000]);
  assert.equal(backoff(5, 0), 0);
});
