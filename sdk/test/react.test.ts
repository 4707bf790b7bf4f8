/** Tests of the hooks in React, against the fake server. */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { Activity, createElement as h, StrictMode, useState } from 'react';
import type { ReactNode } from 'react';
import type { Root } from 'react-dom/client';
import type { BroadcastyClient } from '../src/index.js';
import type { ChannelPosition } from '../src/index.js';
import { BroadcastyProvider, useBroadcasty, useChannel, useConnectionState, usePresence, useSubscription } from '../src/bindings/react.js';
import { FakeServer, token } from './fake-server.js';
import { closePage, root } from './page.js';
import { client as make, waitUntil } from './support.js';

const { createRoot } = await import('react-dom/client'); // needs a document when it is loaded

describe('in React', { timeout: 20_000 }, () => {
  let server: FakeServer;
  let client: BroadcastyClient;
  let place: Element;
  let drawn: Root;

  beforeEach(async () => {
    server = await FakeServer.start();
    client = make(server.url);
    place = root();
    drawn = createRoot(place);
  });
  afterEach(async () => {
    drawn.unmount();
    client.close();
    await server.close();
  });
  after(closePage);

  const draw = (children: ReactNode, more: { strict?: boolean } = {}) =>
    drawn.render(h(more.strict === false ? 'div' : StrictMode, null, h(BroadcastyProvider, { client }, children)));
  const shows = (text: string) => waitUntil(`${text}, not ${place.textContent}`, () => place.textContent === text);
  const targets = () => [...server.connections].flatMap(({ targets: all }) => [...all]);

  it('a subscription has the lifetime of its component, also when StrictMode mounts it twice', async () => {
    const received: unknown[] = [];
    const Orders = () => h('p', null, useSubscription({ channel: 'orders', onMessage: ({ payload }) => received.push(payload) }).state);
    draw(h(Orders));
    await shows('live');
    assert.deepEqual(targets(), ['orders']);
    server.publish({ channel: 'orders', payload: 1 });
    server.publish({ channel: 'orders', payload: 2 });
    await waitUntil('both', () => received.length === 2);
    assert.deepEqual(received, [1, 2]);
    draw(null);
    await waitUntil('nothing wanted', () => targets().length === 0);
  });

  it('the latest handler is called', async () => {
    const received: string[] = [];
    let rename: (name: string) => void = () => assert.fail();
    const Orders = () => {
      const [name, setName] = useState('first');
      rename = setName;
      const { state } = useSubscription({ channel: 'orders', onMessage: () => received.push(name) });
      return h('p', null, `${state} ${name}`);
    };
    draw(h(Orders));
    await shows('live first');
    const subscribed = server.requests.filter((command) => command === 'subscribe').length;
    rename('second');
    await shows('live second');
    server.publish({ channel: 'orders', payload: 1 });
    await waitUntil('one', () => received.length === 1);
    assert.deepEqual(received, ['second']);
    assert.equal(server.requests.filter((command) => command === 'subscribe').length, subscribed);
  });

  it('publications between reading and mounting arrive', async () => {
    server.publish({ channel: 'orders', payload: 1 });
    const read: ChannelPosition = server.stored('orders')[0]!;
    server.publish({ channel: 'orders', payload: 2 });
    const received: unknown[] = [];
    const Orders = () => h('p', null, useSubscription({ channel: 'orders', since: read, onMessage: ({ payload }) => received.push(payload) }).state);
    draw(h(Orders));
    server.publish({ channel: 'orders', payload: 3 });
    await waitUntil('both', () => received.length === 2);
    assert.deepEqual(received, [2, 3]);
  });

  it('a hidden component resumes without gaps or duplicates', async () => {
    const received: unknown[] = [];
    const Orders = () => h('p', null, useSubscription({ channel: 'orders', onMessage: ({ payload }) => received.push(payload) }).state);
    const show = (mode: 'visible' | 'hidden') => draw(h(Activity, { mode, children: h(Orders) }));
    show('visible');
    await shows('live');
    server.publish({ channel: 'orders', payload: 1 });
    await waitUntil('the first', () => received.length === 1);
    show('hidden');
    await waitUntil('nothing wanted', () => targets().length === 0);
    server.publish({ channel: 'orders', payload: 2 });
    show('visible');
    await waitUntil('the second', () => received.length === 2);
    server.publish({ channel: 'orders', payload: 3 });
    await waitUntil('the third', () => received.length === 3);
    assert.deepEqual(received, [1, 2, 3]);
  });

  it('two components of a channel stand for themselves, also when one is hidden and shown again', async () => {
    server.publish({ channel: 'a', payload: 1 });
    const List = () => h('i', null, `${useChannel<number>('a', { fromSequence: 0 }).publications.map(({ payload }) => payload).join()};`);
    const show = (mode: 'visible' | 'hidden') => draw([h(List, { key: 1 }), h(Activity, { key: 2, mode, children: h(List) })]);
    show('visible');
    await shows('1;1;');
    show('hidden');
    server.publish({ channel: 'a', payload: 2 });
    await waitUntil('the first', () => place.textContent.startsWith('1,2;'));
    show('visible');
    await shows('1,2;1,2;');
    server.publish({ channel: 'a', payload: 3 });
    await shows('1,2,3;1,2,3;');
  });

  it('the last publications are shown, without ephemeral ones, which a subscription gets', async () => {
    [1, 2, 3].forEach((payload) => server.publish({ channel: 'a', payload }));
    const typing: unknown[] = [];
    const List = () => {
      const { publications } = useChannel<number>('a', { last: 2 });
      useSubscription({ channel: 'a', onMessage: ({ payload, push }) => push === 'ephemeral' && typing.push(payload) });
      return h('p', null, publications.map(({ payload }) => payload).join());
    };
    draw(h(List));
    await shows('2,3');
    await client.publish({ channel: 'a', payload: 'typing', store: false });
    await waitUntil('typing', () => typing.length === 1);
    server.publish({ channel: 'a', payload: 4 });
    await shows('2,3,4');
  });

  it('the latest publications are shown, and replaced when the channel changes', async () => {
    [1, 2, 3].forEach((payload) => server.publish({ channel: 'a', payload }));
    server.publish({ channel: 'b', payload: 7 });
    const List = ({ channel }: { channel: string | undefined }) => {
      const { publications, state } = useChannel<number>(channel, { fromSequence: 0, limit: 2 });
      return h('p', null, `${state} ${publications.map(({ payload }) => payload).join()}`);
    };
    draw(h(List, { channel: 'a' }));
    await shows('live 2,3');
    server.publish({ channel: 'a', payload: 4 });
    await shows('live 3,4');
    draw(h(List, { channel: 'b' }));
    await shows('live 7');
    draw(h(List, { channel: undefined }));
    await shows('off ');
    await waitUntil('nothing wanted', () => targets().length === 0);
  });

  it('publications have their headers', async () => {
    const List = () => {
      const { publications, state } = useChannel('a');
      return h('p', null, `${state} ${publications.map(({ headers }) => headers?.region).join()}`);
    };
    draw(h(List));
    await shows('live ');
    server.publish({ channel: 'a', payload: 1, headers: { region: 'eu' } });
    server.publish({ channel: 'a', payload: 2 });
    server.publish({ channel: 'a', payload: 3, headers: { region: 'us' } });
    await shows('live eu,,us');
  });

  it('many publications are rendered together', async () => {
    for (let payload = 0; payload < 500; payload++) {
      server.publish({ channel: 'a', payload });
    }
    let renders = 0;
    const List = () => {
      renders++;
      return h('p', null, String(useChannel('a', { fromSequence: 0, limit: 1000 }).publications.length));
    };
    draw(h(List), { strict: false });
    await shows('500');
    assert.ok(renders < 50, `${renders} renders`);
  });

  it('the members are shown, by two components as by one', async () => {
    const Who = ({ member }: { member?: Record<string, unknown> }) => {
      const { members, state } = usePresence('presence-room', member ? { member } : {});
      return h('i', null, `${state} ${members.map(({ id }) => id).join()};`);
    };
    server.join('presence-room', { id: 'bob' });
    draw([h(Who, { key: 1, member: { name: 'Ann' } }), h(Who, { key: 2 })]);
    await waitUntil('both', () => /^(live (ann,bob|bob,ann);){2}$/.test(place.textContent));
    server.leave('presence-room', 'bob');
    await shows('live ann;live ann;');
    draw([h(Who, { key: 2 })]);
    await shows('live ;');
    draw(null);
    await waitUntil('nothing wanted', () => targets().length === 0);
  });

  it('the state of the connection is shown', async () => {
    const State = () => {
      const { state, transport = '' } = useConnectionState();
      return h('p', null, `${state} ${transport}`);
    };
    draw(h(State));
    await shows('idle ');
    await client.connect();
    await shows('connected ws');
    server.refusing = true;
    server.breakAll();
    await waitUntil('a break', () => place.textContent !== 'connected ws');
    server.refusing = false;
    await shows('connected ws');
  });

  it('an error is shown', async () => {
    const Orders = () => {
      const { state, error } = useSubscription({ channel: 'private-nobody' });
      return h('p', null, `${state} ${error?.code ?? ''}`);
    };
    draw(h(Orders));
    await shows('failed forbidden');
  });

  it('another client replaces the first', async () => {
    const received: unknown[] = [];
    const Orders = () => h('p', null, useSubscription({ channel: 'orders', onMessage: ({ payload }) => received.push(payload) }).state);
    draw(h(Orders));
    await shows('live');
    const other = make(server.url, { getToken: () => token({ subject: 'bob' }) });
    const first = client;
    client = other;
    draw(h(Orders));
    await waitUntil('only the second', () => targets().length === 1 && [...server.connections].some(({ subject, targets: all }) => subject === 'bob' && all.size === 1));
    server.publish({ channel: 'orders', payload: 1 });
    await waitUntil('one', () => received.length === 1);
    first.close();
  });

  it('a missing provider causes an error with advice', async () => {
    const Lost = () => h('p', null, useBroadcasty().state);
    const errors: unknown[] = [];
    const alone = createRoot(root(), { onUncaughtError: (error) => errors.push(error) });
    alone.render(h(Lost));
    await waitUntil('an error', () => errors.length === 1);
    assert.match(String(errors[0]), /BroadcastyProvider/);
    alone.unmount();
  });
});
