/** Tests of members whose access ends or whose join has to wait. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BroadcastyError, PresenceView } from '../src/index.js';
import { ComponentPresence } from '../src/bindings/component-presence.js';
import { FakeServer } from './fake-server.js';
import { client as make, clientsOf, fastClock, waitUntil } from './support.js';

const ROOM = 'presence-room';

describe('a view of members', { timeout: 20_000 }, () => {
  let server: FakeServer;
  const connect = clientsOf((started) => {
    server = started;
    server.join(ROOM, { id: 'bob' });
  }, { transport: 'ws' });
  const present = (view: PresenceView) => [...view.members.keys()].sort().join();
  const count = (request: string) => server.requests.filter((one) => one === request).length;
  const record = (view: PresenceView) => {
    const events: string[] = [];
    for (const event of ['left', 'unwatched', 'error'] as const) {
      view.on(event, (error: BroadcastyError) => events.push(`${event} ${error.code}`));
    }
    return events;
  };

  it('reports that its membership has ended, and does not join again', async () => {
    const view = await connect().presence(ROOM, { join: true });
    const events = record(view);
    await waitUntil('both', () => present(view) === 'ann,bob');
    server.endPresence('left', ROOM);
    await waitUntil('only the other', () => present(view) === 'bob');
    await waitUntil('told', () => events.length === 1);
    server.breakAll();
    await waitUntil('watched again', () => count('presence') === 2);
    server.join(ROOM, { id: 'cleo' });
    await waitUntil('still live', () => present(view) === 'bob,cleo');
    view.close();
    assert.deepEqual([events, count('join'), count('leave')], [['left forbidden'], 1, 0]);
  });

  it('joins for a later view when a token allows it again', async () => {
    const client = connect();
    const first = await client.presence(ROOM, { join: true });
    await waitUntil('both', () => present(first) === 'ann,bob');
    server.endPresence('left', ROOM);
    await waitUntil('only the other', () => present(first) === 'bob');
    const second = await client.presence(ROOM, { join: true });
    await waitUntil('both again', () => present(second) === 'ann,bob');
    second.close();
    await waitUntil('left', () => present(first) === 'bob' && count('leave') === 1);
  });

  it('shows nobody when its members may not be seen any more, and stays a member', async () => {
    const view = await connect().presence(ROOM, { join: true });
    const events = record(view);
    await waitUntil('both', () => present(view) === 'ann,bob');
    const gone: string[] = [];
    view.on('change', ({ left }) => gone.push(...left));
    server.endPresence('unwatched', ROOM);
    await waitUntil('told', () => events.length === 1);
    assert.deepEqual([present(view), gone.sort()], ['', ['ann', 'bob']]);
    server.breakAll();
    await waitUntil('joined again', () => count('join') === 2);
    assert.deepEqual([events, count('presence'), present(view)], [['unwatched forbidden'], 1, '']);
  });

  it('shows nobody when its subscription ends', async () => {
    const view = await connect().presence(ROOM);
    const events = record(view);
    await waitUntil('one', () => present(view) === 'bob');
    server.connections.forEach((connection) => connection.send('unsubscribed', { channel: ROOM, code: 'forbidden' }));
    await waitUntil('told', () => events.length === 1);
    assert.deepEqual([events, present(view)], [['error forbidden'], '']);
  });

  for (const code of ['memory_limit', 'overloaded']) {
    it(`joins again after ${code}`, async () => {
      server.joinProblems = [{ code, status: 503, retryAfter: 5 }, { code, status: 503 }];
      const view = await connect({ clock: fastClock(50) }).presence(ROOM, { join: true });
      await waitUntil('both', () => present(view) === 'ann,bob');
      assert.equal(count('join'), 3);
    });
  }

  it('fails in a component when its members may not be seen any more', async () => {
    const component = new ComponentPresence();
    const stop = component.start(connect(), ROOM, { join: true });
    await waitUntil('both', () => component.status.get().members.length === 2);
    server.endPresence('left', ROOM);
    await waitUntil('left', () => component.status.get().error !== undefined);
    assert.equal(component.status.get().state, 'live');
    server.endPresence('unwatched', ROOM);
    await waitUntil('failed', () => component.status.get().state === 'failed');
    assert.deepEqual(component.status.get().members, []);
    stop();
  });

  it('learns over Server-Sent Events that its lease is refused, and stops renewing it', async () => {
    const view = await connect({ transport: 'sse', clock: fastClock(100), connectTimeoutMs: 1_000_000 }).presence(ROOM, { join: true });
    const events = record(view);
    await waitUntil('both', () => present(view) === 'ann,bob');
    server.joinProblems = [{ code: 'overloaded', status: 503 }, { code: 'forbidden', status: 403 }];
    await waitUntil('told', () => events.includes('left forbidden'));
    view.close();
    assert.equal(count('presence/leave'), 0);
  });
});

it('codes without a delay from the server say whether to wait', { timeout: 20_000 }, async () => {
  const server = await FakeServer.start();
  const client = make(server.url, { transport: 'ws' });
  server.publishProblems = [{ code: 'overloaded', status: 503 }, { code: 'memory_limit', status: 429 }];
  await client.publish({ channel: 'a', payload: 1 });
  assert.equal(server.stored('a').length, 1);
  client.close();
  await server.close();
});
