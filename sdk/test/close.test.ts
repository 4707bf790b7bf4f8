/** Tests that nothing is left of a closed client: no timer, and nobody who waits. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BroadcastyClient, ClientOptions } from '../src/index.js';
import { FakeClock } from './fake-clock.js';
import type { FakeServer } from './fake-server.js';
import { token } from './fake-server.js';
import { clientsOf, FakeNetwork, runEventLoop, waitUntil } from './support.js';

for (const transport of ['ws', 'sse'] as const) {
  describe(`close() over ${transport}`, { timeout: 20_000 }, () => {
    let server: FakeServer;
    const make = clientsOf((started) => (server = started), { transport, backoff: () => 60_000 });

    /** Closes a client in the state that `reach` brings about, while calls of every kind wait. */
    async function closes(options: Partial<ClientOptions>, reach: (client: BroadcastyClient, clock: FakeClock) => unknown): Promise<void> {
      const clock = new FakeClock(Date.now());
      const client = make({ clock, ...options });
      await reach(client, clock);
      const calls = [
        client.connect({ timeoutMs: 5000 }),
        client.subscribe({ channel: 'b', fromSequence: 0, onMessage: () => undefined }),
        client.publish({ channel: 'a', payload: 1 }),
        client.publish({ channel: 'c', payload: 1, store: false }),
        client.request({ channel: 'a', payload: 1 }),
        client.request({ channel: 'a', payload: 1, replyTo: 'd' }),
        client.presence('presence-a', { join: true }),
        client.replay({ channel: 'a' }),
        client.flushOffline(),
      ].map((call: Promise<unknown>) => call.catch((error: unknown) => error));
      await runEventLoop();
      client.close();
      assert.equal(clock.pending, 0);
      await Promise.all(calls);
      assert.equal(client.state, 'closed');
      await assert.rejects(client.subscribe({ channel: 'a' }), { code: 'closed' });
      await assert.rejects(client.replay({ channel: 'a' }), { code: 'closed' });
      await runEventLoop();
      assert.equal(clock.pending, 0);
    }

    it('idle', () => closes({}, () => undefined));

    it('connecting, without a token', () => closes({ getToken: () => new Promise<string>(() => undefined) }, () => undefined));

    it('connecting to a server that does not answer', () =>
      closes({}, async (client) => {
        server.silent = true;
        void client.connect().catch(() => undefined);
        await waitUntil('the request', () => server.requests.length > 0);
      }));

    it('connected', () => closes({}, (client) => client.connect()));

    it('connected, with a check, a handler and a member in progress', () => {
      const network = new FakeNetwork();
      return closes({ networkMonitor: network }, async (client) => {
        const subscription = await client.subscribe({ channel: 'a', onMessage: () => undefined, backpressure: 'slow-start' });
        await client.presence('presence-b', { join: true });
        server.publish({ channel: 'a', payload: 1 });
        await waitUntil('a publication', () => subscription.waiting > 0);
        network.set(true);
      });
    });

    it('connected to a server that has fallen silent', () =>
      closes({}, async (client) => {
        await client.subscribe({ channel: 'a', onMessage: () => undefined });
        server.silent = true;
      }));

    it('connected, while publishes are refused for a while', () =>
      closes({}, async (client) => {
        await client.connect();
        server.publishProblems = Array.from({ length: 9 }, () => ({ code: 'unavailable', status: 503, retryAfter: 7 }));
      }));

    it('waiting', () =>
      closes({}, async (client) => {
        server.refusing = true;
        void client.connect().catch(() => undefined);
        await waitUntil('a failure', () => client.state === 'waiting');
      }));

    it('offline', () => {
      const network = new FakeNetwork();
      network.set(false);
      return closes({ networkMonitor: network }, async (client) => {
        void client.connect().catch(() => undefined);
        await waitUntil('no network', () => client.state === 'offline');
      });
    });

    it('failed', () =>
      closes({ getToken: () => 'none' }, async (client) => {
        client.on('error', () => undefined);
        await client.connect().catch(() => undefined);
        await client.subscribe({ channel: 'a' }).catch(() => undefined);
        assert.ok(['failed', 'connected', 'connecting'].includes(client.state));
      }));

    it('between two tokens', () => {
      let asked = 0;
      return closes({ getToken: () => (asked++ === 0 ? token() : Promise.reject(new Error('down'))) }, async (client) => {
        await client.subscribe({ channel: 'a' });
        server.expiring();
      });
    });
  });
}

describe('the end of a stream of events', { timeout: 20_000 }, () => {
  let server: FakeServer;
  const make = clientsOf((started) => (server = started), { transport: 'sse' });

  it('ends the renewal of its members', async () => {
    const clock = new FakeClock(Date.now());
    const client = make({ clock });
    const renewals = () => server.requests.filter((name) => name === 'presence/heartbeat').length;
    const joins = () => server.requests.filter((name) => name === 'presence/join').length;
    await client.presence('presence-a', { join: true });
    await runEventLoop();
    const { pending } = clock;
    server.silent = true;
    clock.advance(20_000);
    await waitUntil('a renewal', () => renewals() === 1);
    server.silent = false;
    server.breakAll();
    await waitUntil('another stream', async () => {
      clock.advance(10);
      await runEventLoop();
      return joins() === 2;
    });
    await waitUntil('no timer more than before', () => clock.pending === pending);
  });
});
