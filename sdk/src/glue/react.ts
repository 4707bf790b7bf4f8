import { createContext, createElement, useContext, useEffect, useInsertionEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { BroadcastyClient, PresenceOptions } from '../client.js';
import type { Publication } from '../wire.js';
import { Presence } from './presence.js';
import type { PresenceStatus } from './presence.js';
import { ConnectionWatch } from './state.js';
import type { ConnectionStatus } from './state.js';
import type { Store } from './store.js';
import { DEFAULT_LIMIT, Recent, Stream } from './stream.js';
import type { StreamOptions, StreamStatus } from './stream.js';

export type { ConnectionStatus } from './state.js';
export type { PresenceStatus } from './presence.js';
export type { StreamOptions, StreamState, StreamStatus } from './stream.js';

const Context = createContext<BroadcastyClient | undefined>(undefined);

/**
 * Gives a client to the components inside. The client is the application’s: made once, outside of components, and closed by it.
 *
 * @example
 * const client = new BroadcastyClient({ baseUrl, getToken });
 * root.render(<BroadcastyProvider client={client}><App /></BroadcastyProvider>);
 */
export function BroadcastyProvider({ client, children }: { client: BroadcastyClient; children?: ReactNode }): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the provider around. @throws Error without one */
export function useBroadcasty(): BroadcastyClient {
  const client = useContext(Context);
  if (!client) {
    throw new Error('there is no client here; put <BroadcastyProvider client={…}> around');
  }
  return client;
}

/**
 * Calls `onMessage` for what is published on a channel, or on those of a pattern, while the component is mounted; without a
 * channel, nothing. Of the other options those count that there are when it begins. Mounted again, it goes on where it was.
 *
 * @example
 * const { state } = useSubscription<Order>({ channel: `orders.${region}`, onMessage: ({ payload }) => update(payload) });
 */
export function useSubscription<P = unknown, M = unknown>(options: { channel: string | undefined } & StreamOptions<P, M>): StreamStatus {
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
  channel: string | undefined,
  { limit = DEFAULT_LIMIT, ...options }: { limit?: number } & Omit<StreamOptions<P, M>, 'onMessage'> = {},
): StreamStatus & { publications: readonly Publication<P, M>[] } {
  const [recent] = useState(() => new Recent<P, M>());
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
 * Who is present on a `presence-` channel. With `join` or `member` the user joins while the component is mounted; what `member`
 * says counts when it joins.
 */
export function usePresence(channel: string | undefined, options: Omit<PresenceOptions, 'signal'> = {}): PresenceStatus {
  const client = useBroadcasty();
  const [presence] = useState(() => new Presence());
  const latest = useLatest(options);
  useEffect(() => presence.follow(client, channel, latest.current), [client, channel, presence, latest]);
  return useStore(presence.status);
}

/** The state of the connection. */
export function useConnectionState(): ConnectionStatus {
  const client = useBroadcasty();
  const [watch] = useState(() => new ConnectionWatch(client));
  useEffect(() => watch.follow(client), [client, watch]);
  return useStore(watch);
}

function useStream<P, M>(channel: string | undefined, options: StreamOptions<P, M>): StreamStatus {
  const client = useBroadcasty();
  const [stream] = useState(() => new Stream<P, M>());
  const latest = useLatest(options);
  useEffect(() => stream.follow(client, channel, () => latest.current), [client, channel, stream, latest]);
  return useStore(stream.status);
}

function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** What the last render that was shown said; written before any effect reads it. */
function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value);
  useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}
