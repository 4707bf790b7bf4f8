import { createContext, createElement, useContext, useEffect, useInsertionEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { BroadcastyClient, PresenceOptions } from '../client.js';
import type { Publication } from '../wire.js';
import { ComponentPresence } from './component-presence.js';
import type { PresenceStatus } from './component-presence.js';
import { ConnectionStateStore } from './connection-state-store.js';
import type { ConnectionStatus } from './connection-state-store.js';
import type { Store } from './store.js';
import { DEFAULT_LIMIT, RecentPublications, ComponentSubscription } from './component-subscription.js';
import type { StreamOptions, StreamStatus } from './component-subscription.js';

export type { ConnectionStatus } from './connection-state-store.js';
export type { PresenceStatus } from './component-presence.js';
export type { StreamOptions, StreamState, StreamStatus } from './component-subscription.js';

const Context = createContext<BroadcastyClient | undefined>(undefined);

/**
 * Provides a client to the components inside. The application creates the client once, outside of
 * components, and closes it.
 *
 * @example
 * const client = new BroadcastyClient({ baseUrl, getToken });
 * root.render(<BroadcastyProvider client={client}><App /></BroadcastyProvider>);
 */
export function BroadcastyProvider({ client, children }: { client: BroadcastyClient; children?: ReactNode }): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/**
 * Returns the client of the nearest provider.
 *
 * @throws Error when there is none
 */
export function useBroadcasty(): BroadcastyClient {
  const client = useContext(Context);
  if (!client) {
    throw new Error('no client is provided; wrap the component in <BroadcastyProvider client={…}>');
  }
  return client;
}

/**
 * Subscribes while the component is mounted and calls `onMessage`; does nothing while `channel` is
 * undefined. Options other than `onMessage` are read when the subscription starts. A component that
 * is mounted again resumes from its last position.
 *
 * @example
 * const { state } = useSubscription<Order>({
 *   channel: `orders.${region}`,
 *   onMessage: ({ payload }) => update(payload),
 * });
 */
export function useSubscription<P = unknown, M = unknown>(options: { channel: string | undefined } & StreamOptions<P, M>): StreamStatus {
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
  channel: string | undefined,
  { limit = DEFAULT_LIMIT, ...options }: { limit?: number } & Omit<StreamOptions<P, M>, 'onMessage'> = {},
): StreamStatus & { publications: readonly Publication<P, M>[] } {
  const [recent] = useState(() => new RecentPublications<P, M>());
  const shown = useRef(channel);
  useEffect(() => {
    if (shown.current !== channel) {
      shown.current = channel;
      recent.clear();
    }
  }, [channel, recent]);
  const status = useStream<P, M>(channel, { ...options, onMessage: (publication) => recent.add(publication, limit) });
  return { ...status, publications: useStore(recent) };
}

/**
 * Returns the members of a `presence-` channel. With `join` or `member` the user joins while the
 * component is mounted; `member` is read at that moment.
 */
export function usePresence(channel: string | undefined, options: Omit<PresenceOptions, 'signal'> = {}): PresenceStatus {
  const client = useBroadcasty();
  const [presence] = useState(() => new ComponentPresence());
  const latest = useLatest(options);
  useEffect(() => presence.start(client, channel, latest.current), [client, channel, presence, latest]);
  return useStore(presence.status);
}

/** Returns the status of the connection. */
export function useConnectionState(): ConnectionStatus {
  const client = useBroadcasty();
  const [watch] = useState(() => new ConnectionStateStore(client));
  useEffect(() => watch.start(client), [client, watch]);
  return useStore(watch);
}

function useStream<P, M>(channel: string | undefined, options: StreamOptions<P, M>): StreamStatus {
  const client = useBroadcasty();
  const [stream] = useState(() => new ComponentSubscription<P, M>());
  const latest = useLatest(options);
  useEffect(() => stream.start(client, channel, () => latest.current), [client, channel, stream, latest]);
  return useStore(stream.status);
}

function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** Returns a reference to the value of the last committed render, for use in effects. */
function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value);
  useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}
