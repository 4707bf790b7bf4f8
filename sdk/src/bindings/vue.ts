import { computed, getCurrentInstance, inject, onMounted, onScopeDispose, provide, shallowRef, toValue, watch } from 'vue';
import type { ComputedRef, InjectionKey, MaybeRefOrGetter, Plugin, ShallowRef } from 'vue';
import type { BroadcastyClient, PresenceOptions } from '../client.js';
import type { BroadcastyError } from '../errors.js';
import type { Lost, Member, Publication } from '../wire.js';
import { ComponentPresence } from './component-presence.js';
import { ConnectionStateStore } from './connection-state-store.js';
import type { ConnectionStatus } from './connection-state-store.js';
import type { Store } from './store.js';
import { DEFAULT_LIMIT, RecentPublications, ComponentSubscription } from './component-subscription.js';
import type { StreamOptions, StreamState, StreamStatus } from './component-subscription.js';

export type { ConnectionStatus } from './connection-state-store.js';
export type { StreamOptions, StreamState, StreamStatus } from './component-subscription.js';

/** The status of a subscription for templates: the fields of {@link StreamStatus}. */
export interface StreamRefs {
  /** The state of the subscription. */
  state: ComputedRef<StreamState>;
  /** The reason of `failed`. */
  error: ComputedRef<BroadcastyError | undefined>;
  /** The last loss of publications that are no longer retained. */
  lost: ComputedRef<Lost | undefined>;
}

const KEY: InjectionKey<BroadcastyClient> = Symbol('broadcasty');

/**
 * Creates a plugin that provides a client to every component of an application. Your code creates
 * the client and closes it.
 *
 * @example
 * createApp(App).use(createBroadcasty(new BroadcastyClient({ baseUrl, getToken }))).mount('#app');
 */
export function createBroadcasty(client: BroadcastyClient): Plugin {
  return { install: (app) => void app.provide(KEY, client) };
}

/** Provides a client to the components inside this one. */
export function provideBroadcasty(client: BroadcastyClient): void {
  provide(KEY, client);
}

/**
 * Returns the provided client.
 *
 * @throws Error when there is none
 */
export function useBroadcasty(): BroadcastyClient {
  const client = inject(KEY, undefined);
  if (!client) {
    throw new Error('no client is provided; install createBroadcasty(client) as a plugin, or call provideBroadcasty(client) in a parent');
  }
  return client;
}

/**
 * Subscribes until the scope ends and calls `onMessage`; does nothing while `channel` is undefined.
 * Options other than `channel` are read when the subscription starts.
 *
 * @example
 * const { state } = useSubscription<Order>({
 *   channel: () => `orders.${props.region}`,
 *   onMessage: ({ payload }) => update(payload),
 * });
 */
export function useSubscription<P = unknown, M = unknown>(options: { channel: MaybeRefOrGetter<string | undefined> } & StreamOptions<P, M>): StreamRefs {
  const { channel, ...rest } = options;
  return useStream(channel, rest);
}

/**
 * Returns the most recent publications of a channel or pattern, newest last. Ephemeral ones, such as
 * who is typing, are not among them; {@link useSubscription} gets them.
 *
 * @param options `limit`: how many, default 100; `last` also includes earlier publications
 * @example
 * const { publications } = useChannel<Message>('chat.main', { last: 50, limit: 50 });
 */
export function useChannel<P = unknown, M = unknown>(
  channel: MaybeRefOrGetter<string | undefined>,
  { limit = DEFAULT_LIMIT, ...options }: { limit?: number } & Omit<StreamOptions<P, M>, 'onMessage'> = {},
): StreamRefs & { publications: Readonly<ShallowRef<readonly Publication<P, M>[]>> } {
  const recent = new RecentPublications<P, M>();
  watch(
    () => toValue(channel),
    () => recent.clear(),
    { flush: 'sync' },
  );
  return { ...useStream<P, M>(channel, { ...options, onMessage: (publication) => recent.add(publication, limit) }), publications: useStore(recent) };
}

/**
 * Returns the members of a `presence-` channel. With `join` or `member` the user joins until the
 * scope ends.
 */
export function usePresence(
  channel: MaybeRefOrGetter<string | undefined>,
  options: Omit<PresenceOptions, 'signal'> = {},
): Omit<StreamRefs, 'lost'> & { members: ComputedRef<readonly Member[]> } {
  const client = useBroadcasty();
  const presence = new ComponentPresence();
  whileMounted(channel, (wanted) => presence.start(client, wanted, options));
  const status = useStore(presence.status);
  return { state: computed(() => status.value.state), error: computed(() => status.value.error), members: computed(() => status.value.members) };
}

/** Returns the status of the connection. */
export function useConnectionState(): Readonly<ShallowRef<ConnectionStatus>> {
  const client = useBroadcasty();
  const state = new ConnectionStateStore(client);
  onScopeDispose(state.start(client));
  return useStore(state);
}

function useStream<P, M>(channel: MaybeRefOrGetter<string | undefined>, options: StreamOptions<P, M>): StreamRefs {
  const client = useBroadcasty();
  const stream = new ComponentSubscription<P, M>();
  whileMounted(channel, (wanted) => stream.start(client, wanted, () => options));
  const status = useStore<StreamStatus>(stream.status);
  return { state: computed(() => status.value.state), error: computed(() => status.value.error), lost: computed(() => status.value.lost) };
}

/**
 * Follows a channel while the component is mounted, and therefore not during server-side rendering.
 * Outside of components it starts at once.
 */
function whileMounted(channel: MaybeRefOrGetter<string | undefined>, follow: (channel: string | undefined) => () => void): void {
  const mounted = shallowRef(!getCurrentInstance());
  if (!mounted.value) {
    onMounted(() => (mounted.value = true));
  }
  watch(
    () => (mounted.value ? toValue(channel) : undefined),
    (wanted, _, onCleanup) => onCleanup(follow(wanted)),
    { immediate: true, flush: 'sync' },
  );
}

function useStore<T>(store: Store<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(store.get()) as ShallowRef<T>;
  onScopeDispose(store.subscribe(() => (value.value = store.get())));
  return value;
}
