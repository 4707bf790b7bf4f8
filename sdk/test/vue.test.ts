/** Tests of the composables in Vue, against the fake server. */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import type { App, Component } from 'vue';
import type { BroadcastyClient } from '../src/index.js';
import { FakeServer } from './fake-server.js';
import { closePage, root } from './page.js';
import { client as make, waitUntil } from './support.js';

const { createApp, defineComponent, effectScope, h, nextTick, ref } = await import('vue'); // needs a document when it is loaded
const { createBroadcasty, provideBroadcasty, useBroadcasty, useChannel, useConnectionState, usePresence, useSubscription } = await import('../src/bindings/vue.js');

describe('in Vue', { timeout: 20_000 }, () => {
  let server: FakeServer;
  let client: BroadcastyClient;
  let place: Element;
  let app: App | undefined;

  beforeEach(async () => {
    server = await FakeServer.start();
    client = make(server.url);
    place = root();
  });
  afterEach(async () => {
    app?.unmount();
    app = undefined;
    client.close();
    await server.close();
  });
  after(closePage);

  const mount = (setup: () => () => unknown) => {
    app = createApp(defineComponent({ setup }) as Component).use(createBroadcasty(client));
    app.mount(place);
  };
  const shows = (text: string) => waitUntil(`${text}, not ${place.textContent}`, () => place.textContent === text);
  const targets = () => [...server.connections].flatMap(({ targets: all }) => [...all]);

  it('a subscription has the lifetime of its component, and follows its channel', async () => {
    const received: unknown[] = [];
    const region = ref<string | undefined>('eu');
    mount(() => {
      const { state } = useSubscription({ channel: () => region.value && `orders.${region.value}`, onMessage: ({ payload }) => received.push(payload) });
      return () => state.value;
    });
    await shows('live');
    server.publish({ channel: 'orders.eu', payload: 1 });
    await waitUntil('one', () => received.length === 1);
    region.value = 'us';
    await waitUntil('the other', () => targets().join() === 'orders.us');
    server.publish({ channel: 'orders.eu', payload: 2 });
    server.publish({ channel: 'orders.us', payload: 3 });
    await waitUntil('two', () => received.length === 2);
    assert.deepEqual(received, [1, 3]);
    region.value = undefined;
    await shows('off');
    region.value = 'eu';
    await shows('live');
    app?.unmount();
    app = undefined;
    await waitUntil('nothing wanted', () => targets().length === 0);
  });

  it('the latest publications are shown, and replaced when the channel changes', async () => {
    [1, 2, 3].forEach((payload) => server.publish({ channel: 'a', payload }));
    server.publish({ channel: 'b', payload: 7 });
    const channel = ref('a');
    mount(() => {
      const { publications, state } = useChannel<number>(channel, { fromSequence: 0, limit: 2 });
      return () => `${state.value} ${publications.value.map(({ payload }) => payload).join()}`;
    });
    await shows('live 2,3');
    channel.value = 'b';
    await shows('live 7');
  });

  it('the last publications are shown, without ephemeral ones, which a subscription gets', async () => {
    [1, 2, 3].forEach((payload) => server.publish({ channel: 'a', payload }));
    const received: unknown[] = [];
    mount(() => {
      const { publications } = useChannel('a', { last: 2 });
      useSubscription({ channel: 'a', last: 1, onMessage: ({ payload }) => received.push(payload) });
      return () => publications.value.map(({ payload }) => payload).join();
    });
    await shows('2,3');
    await client.publish({ channel: 'a', payload: 'typing', store: false });
    await client.publish({ channel: 'a', payload: 4 });
    await shows('2,3,4');
    await waitUntil('all', () => received.length === 3);
    assert.deepEqual(received, [3, 'typing', 4]);
  });

  it('publications have their headers', async () => {
    mount(() => {
      const { publications, state } = useChannel('a');
      return () => `${state.value} ${publications.value.map(({ headers }) => headers?.region).join()}`;
    });
    await shows('live ');
    server.publish({ channel: 'a', payload: 1, headers: { region: 'eu' } });
    server.publish({ channel: 'a', payload: 2 });
    await shows('live eu,');
  });

  it('the members are shown', async () => {
    server.join('presence-room', { id: 'bob' });
    const inside = ref(true);
    const Room = defineComponent(() => {
      const { members, state } = usePresence('presence-room', { join: true });
      return () => h('i', `${state.value} ${members.value.map(({ id }) => id).sort().join()}`);
    });
    mount(() => () => (inside.value ? h(Room) : null));
    await shows('live ann,bob');
    inside.value = false;
    await waitUntil('left', () => targets().length === 0);
    const looker = await client.presence('presence-room');
    await waitUntil('gone', () => [...looker.members.keys()].join() === 'bob');
  });

  it('the state of the connection and an error are shown', async () => {
    mount(() => {
      const connection = useConnectionState();
      const { error } = useSubscription({ channel: 'private-nobody' });
      return () => `${connection.value.state} ${error.value?.code ?? ''}`;
    });
    await shows('connected forbidden');
  });

  it('an effect scope outside of components ends a subscription', async () => {
    const received: unknown[] = [];
    app = createApp({ render: () => null }).use(createBroadcasty(client));
    const scope = effectScope();
    const { state } = app.runWithContext(() => scope.run(() => useSubscription({ channel: 'a', onMessage: ({ payload }) => received.push(payload) }))!);
    await waitUntil('live', () => state.value === 'live');
    server.publish({ channel: 'a', payload: 1 });
    await waitUntil('one', () => received.length === 1);
    scope.stop();
    await waitUntil('nothing wanted', () => targets().length === 0);
    app = undefined;
  });

  it('a component can provide another client, and a missing one causes an error', async () => {
    const Inner = defineComponent(() => {
      const own = useBroadcasty() === client;
      return () => String(own);
    });
    app = createApp(
      defineComponent(() => {
        provideBroadcasty(client);
        return () => h(Inner);
      }),
    );
    app.mount(place);
    await nextTick();
    assert.equal(place.textContent, 'true');
    const alone = createApp(Inner);
    alone.config.warnHandler = () => undefined;
    assert.throws(() => alone.mount(root()), /createBroadcasty/);
  });
});
