import { computed, getCurrentInstance, inject, onMounted, onScopeDispose, provide, shallowRef, toValue, watch } from 'vue';
import type { ComputedRef, InjectionKey, MaybeRefOrGetter, Plugin, ShallowRef } from 'vue';
import type { BroadcastyClient, PresenceOptions } from '../client.js';
import type { BroadcastyError } from '../errors.js';
import type { Lost, Member, Publication } from '../wire.js';
import { Presence } from './presence.js';
import { ConnectionWatch } from './state.js';
import type { ConnectionStatus } from './state.js';
import type { Store } from './store.js';
import { DEFAULT_LIMIT, Recent, Stream } from './stream.js';
import type { StreamOptions, StreamState, StreamStatus } from './stream.js';

export type { ConnectionStatus } from './state.js';
export type { StreamOptions, StreamState, StreamStatus } from './stream.js';

/** How a stream does, for templates: the fields of {@link StreamStatus}. */
export interface StreamRefs {
  state: ComputedRef<StreamState>;
  /** Why it is `failed`. */
  error: ComputedRef<BroadcastyError | undefined>;
  /** What was not kept long enough to be delivered, the last time. */
  lost: ComputedRef<Lost | undefined>;
}

const KEY: InjectionKey<BroadcastyClient> = Symbol('broadcasty');

/**
 * Gives a client to every component of an application. The client is the application’s: it closes it.
 *
 * @example
 * createApp(App).use(createBroadcasty(new BroadcastyClient({ baseUrl, getToken }))).mount('#app');
 */
export function createBroadcasty(client: BroadcastyClient): Plugin {
  return { install: (app) => void app.provide(KEY, client) };
}

/** Gives a client to the components inside this one. */
export function provideBroadcasty(client: BroadcastyClient): void {
  provide(KEY, client);
}

/** The client that was provided. @throws Error when there is none */
export function useBroadcasty(): BroadcastyClient {
  const client = inject(KEY, undefined);
  if (!client) {
    throw new Error('there is no client here; use createBroadcasty(client) as a plugin, or provideBroadcasty(client) further up');
  }
  return client;
}

/**
 * Calls `onMessage` for what is published on a channel, or on those of a pattern, until the scope ends; while the channel is
 * undefined, nothing. Of the other options those count that there are when it begins.
 *
 * @example
 * const { state } = useSubscription<Order>({ channel: () => `orders.${props.region}`, onMessage: ({ payload }) => update(payload) });
 */
export function useSubscription<P = unknown, M = unknown>(options: { channel: MaybeRefOrGetter<string | undefined> } & StreamOptions<P, M>): StreamRefs {
  const { channel, ...rest } = options;
  return useStream(channel, rest);
}

/**
 * The last publications of a channel, or of those of a pattern, the newest last.
 *
 * @param options `limit`: how many, default 100; `fromSequence: 0` shows what was published before, too
 * @example
 * const { publications } = useChannel<Message>('chat.main', { fromSequence: 0, limit: 50 });
 */
export function useChannel<P = unknown, M = unknown>(
  channel: MaybeRefOrGetter<string | undefined>,
  { limit = DEFAULT_LIMIT, ...options }: { limit?: number } & Omit<StreamOptions<P, M>, 'onMessage'> = {},
): StreamRefs & { publications: Readonly<ShallowRef<readonly Publication<P, M>[]>> } {
  const recent = new Recent<P, M>();
  watch(
    () => toValue(channel),
    () => recent.clear(),
    { flush: 'sync' },
  );
  return { ...useStream<P, M>(channel, { ...options, onMessage: (publication) => recent.add(publication, limit) }), publications: useStore(recent) };
}

/** Who is present on a `presence-` channel. With `join` or `member` the user joins until the scope ends. */
export function usePresence(
  channel: MaybeRefOrGetter<string | undefined>,
  options: Omit<PresenceOptions, 'signal'> = {},
): Omit<StreamRefs, 'lost'> & { members: ComputedRef<readonly Member[]> } {
  const client = useBroadcasty();
  const presence = new Presence();
  whileShown(channel, (wanted) => presence.follow(client, wanted, options));
  const status = useStore(presence.status);
  return { state: computed(() => status.value.state), error: computed(() => status.value.error), members: computed(() => status.value.members) };
}

/** The state of the connection. */
export function useConnectionState(): Readonly<ShallowRef<ConnectionStatus>> {
  const client = useBroadcasty();
  const state = new ConnectionWatch(client);
  onScopeDispose(state.follow(client));
  return useStore(state);
}

function useStream<P, M>(channel: MaybeRefOrGetter<string | undefined>, options: StreamOptions<P, M>): StreamRefs {
  const client = useBroadcasty();
  const stream = new Stream<P, M>();
  whileShown(channel, (wanted) => stream.follow(client, wanted, () => options));
  const status = useStore<StreamStatus>(stream.status);
  return { state: computed(() => status.value.state), error: computed(() => status.value.error), lost: computed(() => status.value.lost) };
}

/** Follows a channel while the component is mounted, so not on a server that renders it; outside of components at once. */
function whileShown(channel: MaybeRefOrGetter<string | undefined>, follow: (channel: string | undefined) => () => void): void {
  const shown = shallowRef(!getCurrentInstance());
  if (!shown.value) {
    onMounted(() => (shown.value = true));
  }
  watch(
    () => (shown.value ? toValue(channel) : undefined),
    (wanted, _, onCleanup) => onCleanup(follow(wanted)),
    { immediate: true, flush: 'sync' },
  );
}

function useStore<T>(store: Store<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(store.get()) as ShallowRef<T>;
  onScopeDispose(store.subscribe(() => (value.value = store.get())));
  return value;
}
