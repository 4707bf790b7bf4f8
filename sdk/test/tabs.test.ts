/**
 * Tests of tabs that share a connection: which tab holds it, how another takes over, and that no
 * tab has gaps or duplicates.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import WebSocket from 'ws';
import type { Lost, Publication } from '../src/index.js';
import { memoryStore } from '../src/offline.js';
import { SharedClient } from '../src/tabs/client.js';
import type { SharedClientOptions, TabEnvironment } from '../src/tabs/client.js';
import { groupName } from '../src/tabs/tab-group.js';
import { FakeOrigin } from './fake-tabs.js';
import type { FakeTab } from './fake-tabs.js';
import { FakeServer, token } from './fake-server.js';
import { Recorder, fastClock, waitUntil } from './support.js';

const VARIANTS = (['ws', 'sse'] as const).flatMap((transport) => (['v2', 'v1'] as const).map((protocol) => ({ transport, protocol })));

for (const { transport, protocol } of VARIANTS) {
  describe(`tabs over ${transport}, in ${protocol}`, { timeout: 30_000 }, () => {
    let server: FakeServer;
    let origin: FakeOrigin;
    let all: { client: SharedClient; tab: FakeTab }[];

    const open = (options: Partial<SharedClientOptions> = {}) => {
      const tab = origin.tab();
      const client = new SharedClient({
        baseUrl: server.url,
        getToken: () => token(),
        transport,
        protocol,
        include: ['id'],
        WebSocket,
        backoff: (attempt) => Math.min(10 * 2 ** attempt, 100),
        offline: { store: memoryStore() },
        connectTimeoutMs: 2000,
        tabs: tab,
        ...options,
      });
      all.push({ client, tab });
      return { client, tab, recorder: new Recorder() };
    };
    const publish = (channel: string, ...payloads: unknown[]) => payloads.forEach((payload) => server.publish({ channel, payload }));
    /** Closes the tab and its connection without notice to the other tabs. */
    const crash = ({ tab, client }: { tab: FakeTab; client: SharedClient }) => {
      tab.crash();
      client.close();
    };

    beforeEach(async () => {
      server = await FakeServer.start();
      origin = new FakeOrigin();
      all = [];
    });
    afterEach(async () => {
      all.forEach(({ client }) => client.close());
      await server.close();
    });

    it('share one connection, and each receives its channels', async () => {
      const [one, two, three] = [open(), open(), open()];
      await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      await three.client.subscribe({ channel: 'b', onMessage: three.recorder.add });
      publish('a', 1, 2);
      publish('b', 3);
      await waitUntil('all', () => one.recorder.all.length === 2 && two.recorder.all.length === 2 && three.recorder.all.length === 1);
      await waitUntil('one connection', () => server.connections.size === 1);
      assert.deepEqual([one.client.state, two.client.state, three.client.state], ['connected', 'connected', 'connected']);
      await two.client.publish({ channel: 'a', payload: 4 });
      await waitUntil('it', () => one.recorder.all.length === 3 && two.recorder.all.length === 3);
      assert.equal(server.connections.size, 1);
    });

    it('start where each requests, even if another tab already receives the channel', async () => {
      publish('o.a', 1, 2, 3);
      const [one, two, three, four] = [open(), open(), open(), open()];
      await one.client.subscribe({ channel: 'o.*', onMessage: one.recorder.add });
      publish('o.a', 4);
      await two.client.subscribe({ channel: 'o.a', fromSequence: 0, onMessage: two.recorder.add });
      await waitUntil('the past', () => two.recorder.all.length === 4);
      await three.client.subscribe({ channel: 'o.a', since: server.stored('o.a')[1]!, onMessage: three.recorder.add });
      await four.client.subscribe({ channel: 'o.a', fromSequence: 6, onMessage: four.recorder.add });
      publish('o.a', 5, 6);
      publish('o.b', 7);
      await waitUntil('all', () => one.recorder.all.length === 4 && two.recorder.all.length === 6 && three.recorder.all.length === 4 && four.recorder.all.length === 1);
      assert.deepEqual(one.recorder.payloads, [4, 5, 6, 7]);
      assert.deepEqual(two.recorder.payloads, [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(three.recorder.payloads, [3, 4, 5, 6]);
      assert.deepEqual(four.recorder.payloads, [6]);
      await waitUntil('one connection', () => server.connections.size === 1);
    });

    it('report a loss only to the tab that it concerns', async () => {
      publish('a', 1, 2, 3, 4);
      const [one, two] = [open(), open()];
      const lost: [string, Lost][] = [];
      const first = await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      first.on('lost', (event) => lost.push(['one', event]));
      publish('a', 5);
      await waitUntil('the fifth', () => one.recorder.all.length === 1);
      server.trim('a', 2);
      const second = two.client.subscribe({ channel: 'a', since: { ...server.stored('a')[0]!, sequence: 1 }, onMessage: two.recorder.add });
      (await second).on('lost', (event) => lost.push(['two', event]));
      publish('a', 6);
      await waitUntil('all', () => one.recorder.all.length === 2 && two.recorder.all.length === 3);
      assert.deepEqual(two.recorder.payloads, [4, 5, 6]);
      assert.deepEqual(lost.map(([who, { reason }]) => `${who} ${reason}`), ['two trimmed']);
    });

    it('continue without gaps or duplicates each time the leading tab crashes', async () => {
      const tabs = [open(), open(), open(), open()];
      for (const { client, recorder } of tabs) {
        await client.subscribe({ channel: 'a', onMessage: recorder.add });
        await client.subscribe({ channel: 'p.*', fromSequence: 0, onMessage: recorder.add });
      }
      let n = 0;
      for (const dead of tabs.slice(0, 3)) {
        publish('a', ++n);
        publish('p.x', ++n);
        crash(dead);
        publish('a', ++n);
        publish(`p.new${n}`, ++n);
        const living = tabs.slice(tabs.indexOf(dead) + 1);
        await waitUntil('all that live have it', () => living.every(({ recorder }) => recorder.all.length === n));
      }
      const last = tabs[3]!.recorder;
      last.assertGapless();
      assert.equal(new Set(last.all.map(({ id }) => id)).size, n);
      await waitUntil('one connection', () => server.connections.size === 1);
    });

    it('change the leader at once when the leading tab closes its client', async () => {
      const [one, two] = [open(), open()];
      await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      publish('a', 1);
      await waitUntil('one', () => two.recorder.all.length === 1);
      one.client.close();
      publish('a', 2);
      await waitUntil('two', () => two.recorder.all.length === 2);
      two.recorder.assertGapless();
      two.client.close();
      await waitUntil('no locks', () => origin.locks === 0);
      await waitUntil('no connection', () => server.connections.size === 0);
    });

    it('publish once even if the leading tab crashes before the answer', async () => {
      const [one, two] = [open(), open()];
      await one.client.connect();
      await two.client.connect();
      server.lostAnswers = 1;
      const published = two.client.publish({ channel: 'a', payload: 1, timeoutMs: 10_000 });
      await waitUntil('it is there', () => server.stored('a').length === 1);
      crash(one);
      const outcome = await published;
      assert.ok('duplicate' in outcome && outcome.duplicate);
      assert.equal(server.stored('a').length, 1);
    });

    it("keep the order of each tab's publications", async () => {
      const [one, two] = [open(), open()];
      await one.client.connect();
      const published = Array.from({ length: 600 }, (_, n) => [one.client.publish({ channel: 'a', payload: n }), two.client.publish({ channel: 'b', payload: n })]).flat();
      await Promise.all(published);
      for (const channel of ['a', 'b']) {
        assert.deepEqual(server.stored(channel).map(({ payload }) => payload), Array.from({ length: 600 }, (_, n) => n));
      }
    });

    it('wait together for a server that is down', async () => {
      const [one, two] = [open(), open()];
      await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      server.refusing = true;
      server.breakAll();
      await waitUntil('both noticed', () => one.client.state !== 'connected' && two.client.state !== 'connected');
      publish('a', 1);
      server.refusing = false;
      await waitUntil('both', () => one.recorder.all.length === 1 && two.recorder.all.length === 1);
      await waitUntil('one connection', () => server.connections.size === 1);
    });

    it('unsubscribe a channel with its last subscriber, also when a tab crashes', async () => {
      const [one, two, three] = [open(), open(), open()];
      await one.client.subscribe({ channel: 'x', onMessage: one.recorder.add });
      const sub = await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      await three.client.subscribe({ channel: 'a', onMessage: three.recorder.add });
      sub.close();
      publish('a', 1);
      await waitUntil('the third has it', () => three.recorder.all.length === 1);
      crash(three);
      await waitUntil('it ended', () => [...server.connections].every(({ targets }) => !targets.has('a')));
      assert.deepEqual(two.recorder.all, []);
      assert.deepEqual([...server.connections].flatMap(({ targets }) => [...targets]), ['x']);
    });

    it('track the members of a channel, and leave it with the last view', async () => {
      const [one, two] = [open(), open()];
      const first = await one.client.presence('presence-room', { member: { name: 'Ann' } });
      const second = await two.client.presence('presence-room', { member: { name: 'Ann' } });
      server.join('presence-room', { id: 'bob' });
      const present = (view: typeof first) => [...view.members.keys()].sort().join();
      await waitUntil('both', () => present(first) === 'ann,bob' && present(second) === 'ann,bob');
      second.close();
      server.join('presence-room', { id: 'cleo' });
      await waitUntil('one goes on', () => present(first) === 'ann,bob,cleo');
      first.close();
      const looker = await two.client.presence('presence-room');
      await waitUntil('gone', () => present(looker) === 'bob,cleo');
    });

    it('send requests and replies', async () => {
      const [one, two] = [open(), open()];
      await one.client.respond<number, number>({ channel: 'rpc:twice', onRequest: ({ payload }) => payload * 2 });
      assert.equal((await two.client.request<number>({ channel: 'rpc:twice', payload: 21 })).payload, 42);
    });

    it('pause the stream only for a slow tab', async () => {
      const [one, two] = [open(), open()];
      await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      const next: (() => void)[] = [];
      const slow = await two.client.subscribe({
        channel: 'a',
        maxQueue: 10,
        onMessage: (publication: Publication) => {
          two.recorder.add(publication);
          return new Promise<void>((resolve) => next.push(resolve));
        },
      });
      publish('a', ...Array.from({ length: 50 }, (_, n) => n));
      await waitUntil('the fast one has all', () => one.recorder.all.length === 50);
      await waitUntil('the slow one is full', () => slow.waiting === 10);
      await waitUntil('the slow one has all', () => {
        next.splice(0).forEach((resolve) => resolve());
        return two.recorder.all.length === 50;
      });
      one.recorder.assertGapless();
      two.recorder.assertGapless();
    });

    it("receive the server's errors as with their own connection", async () => {
      const [one, two] = [open(), open()];
      await one.client.connect();
      await assert.rejects(two.client.subscribe({ channel: 'private-nobody', onMessage: () => undefined }), { name: 'BroadcastyError', code: 'forbidden', message: /policy/ });
      await assert.rejects(two.client.publish({ channel: 'private-nobody', payload: 1 }), { code: 'forbidden' });
      assert.equal(two.client.state, 'connected');
    });

    it('continue without a tab whose token is rejected', async () => {
      const [one, two] = [open({ getToken: () => expired }), open()];
      const expired = token({ expires: Date.now() + 7_200_000 });
      server.expiredTokens.add(expired);
      const ends = transport === 'ws' ? one.client.connect() : one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      ends.catch(() => undefined);
      one.client.on('state', ({ state }) => state === 'waiting' && one.client.close());
      await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      publish('a', 1);
      await waitUntil('the second has it', () => two.recorder.all.length === 1);
    });

    it('replace a leading tab that does not respond', async () => {
      const [one, two] = [open(), open({ clock: fastClock(20) })];
      await one.client.subscribe({ channel: 'a', onMessage: one.recorder.add });
      one.tab.suspended = true;
      await two.client.subscribe({ channel: 'a', onMessage: two.recorder.add });
      one.tab.resume();
      publish('a', 1);
      await waitUntil('both', () => one.recorder.all.length === 1 && two.recorder.all.length === 1);
      await waitUntil('one connection', () => server.connections.size === 1);
    });

    it('never share a connection across subjects, tenants, roles or servers', async () => {
      const [ann, bob] = [open(), open({ getToken: () => token({ subject: 'bob' }) })];
      await ann.client.subscribe({ channel: 'a', onMessage: ann.recorder.add });
      await bob.client.subscribe({ channel: 'a', onMessage: bob.recorder.add });
      await waitUntil('two connections', () => server.connections.size === 2);
      assert.deepEqual([...server.connections].map(({ subject }) => subject).sort(), transport === 'ws' ? ['ann', 'bob'] : ['', '']);
      const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
      const mine = await groupName('x', jwt({ sub: 'ann', tid: 'acme', roles: ['member'], exp: 1, iat: 1 }));
      assert.equal(await groupName('x', jwt({ exp: 2, iat: 2, jti: 'j', roles: ['member'], tid: 'acme', sub: 'ann' })), mine);
      for (const other of [{ sub: 'ann', tid: 'acme', roles: ['admin'] }, { sub: 'ann', tid: 'other', roles: ['member'] }, { sub: 'ann', tid: 'acme', roles: ['member'], scope: 's' }]) {
        assert.notEqual(await groupName('x', jwt(other)), mine);
      }
      assert.notEqual(await groupName('y', jwt({ sub: 'ann', tid: 'acme', roles: ['member'] })), mine);
      assert.equal(await groupName(mine, jwt({ sub: 'ann', tid: 'acme', roles: ['member'] })), mine);
    });
  });
}

for (const transport of ['ws', 'sse'] as const) {
  it(`tabs of both versions receive the same publications over ${transport}, with one connection for each version`, async () => {
    const server = await FakeServer.start();
    server.partitions = 2;
    const origin = new FakeOrigin();
    const fields = (publication: Publication): Record<string, unknown> => Object.fromEntries(Object.entries(publication).filter(([field]) => field !== 'push'));
    const tabs = (['v2', 'v1', 'v2', 'v1'] as const).map((protocol) => {
      const client = new SharedClient({ baseUrl: server.url, getToken: () => token(), transport, protocol, include: ['id', 'time'], WebSocket, tabs: origin.tab() });
      return { client, recorder: new Recorder() };
    });
    const other = new SharedClient({ baseUrl: server.url, getToken: () => token(), transport, WebSocket, tabs: origin.tab() });
    const without = new Recorder();
    server.publish({ channel: 'o.a', payload: 'before' });
    await other.subscribe({ channel: 'o.*', fromSequence: 0, onMessage: without.add });
    for (const { client, recorder } of tabs) {
      await client.subscribe({ channel: 'o.*', fromSequence: 0, onMessage: recorder.add });
    }
    for (let n = 0; n < 20; n++) {
      const more = n % 3 === 0 ? { id: `i${n}`, event: 'made', meta: { n }, headers: { n: `${n}` }, correlationId: `c${n}`, replyTo: 'rpc:x' } : {};
      server.publish({ channel: `o.${n % 5}`, payload: { n }, ...more });
    }
    await waitUntil('all', () => [without, ...tabs.map(({ recorder }) => recorder)].every(({ all }) => all.length === 21));
    const order = (all: Publication[]) => all.map(fields).sort((a, b) => JSON.stringify([a.channel, a.partition, a.sequence]).localeCompare(JSON.stringify([b.channel, b.partition, b.sequence])));
    const [first, ...rest] = tabs.map(({ recorder }) => order(recorder.all));
    rest.forEach((one) => assert.deepEqual(one, first));
    assert.deepEqual(order(without.all), first!.map(({ id, time, ...publication }) => (typeof time === 'number' && (id as string).startsWith('i') ? { ...publication, id } : publication)));
    await waitUntil('three connections', () => server.connections.size === 3);
    assert.deepEqual([...server.connections].map(({ compact }) => compact).sort(), [false, true, true]);
    [other, ...tabs.map(({ client }) => client)].forEach((client) => client.close());
    await server.close();
  });
}

it('a token never leaves its tab, and tokens with other rights belong to another group', async () => {
  const server = await FakeServer.start();
  const origin = new FakeOrigin();
  const said: string[] = [];
  const spied = (tab: FakeTab): TabEnvironment => ({
    locks: tab.locks,
    open: (name) => {
      const channel = tab.open(name);
      const post = channel.postMessage.bind(channel);
      channel.postMessage = (word) => {
        said.push(JSON.stringify(word));
        post(word);
      };
      return channel;
    },
  });
  let subject = 'ann';
  const client = (tab: FakeTab, getToken: () => string) => new SharedClient({ baseUrl: server.url, getToken, transport: 'ws', WebSocket, tabs: spied(tab) });
  const one = client(origin.tab(), () => token({ subject }));
  const two = client(origin.tab(), () => token());
  const recorder = new Recorder();
  await one.connect();
  await two.subscribe({ channel: 'a', onMessage: recorder.add });
  server.expiring();
  await waitUntil('a refresh', () => server.requests.includes('refresh'));
  assert.equal(server.connections.size, 1);
  subject = 'bob';
  server.expiring();
  await waitUntil('two connections', () => [...server.connections].map((connection) => connection.subject).sort().join() === 'ann,bob');
  server.publish({ channel: 'a', payload: 1 });
  await waitUntil('it', () => recorder.all.length === 1);
  assert.ok(said.length > 0 && said.every((word) => !word.includes(token().split('.')[1]!.slice(0, 20))));
  one.close();
  two.close();
  await server.close();
});

it('a client without Web Locks has its own connection', async () => {
  const server = await FakeServer.start();
  const clients = [1, 2].map(() => new SharedClient({ baseUrl: server.url, getToken: () => token(), transport: 'ws', WebSocket }));
  await Promise.all(clients.map((client) => client.connect()));
  assert.equal(server.connections.size, 2);
  clients.forEach((client) => client.close());
  await server.close();
});
