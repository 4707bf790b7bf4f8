import type { BroadcastyClient } from '../client.js';
import type { SubscribeOptions } from '../core.js';
import { asError } from '../errors.js';
import type { BroadcastyError } from '../errors.js';
import type { Subscription } from '../subscription.js';
import type { ChannelPosition, Lost, Publication } from '../wire.js';
import { Store } from './store.js';

/**
 * - `off`: there is no channel to listen to
 * - `joining`: the server has not answered yet
 * - `live`: what is published arrives; over a break of the line too, afterwards
 * - `failed`: the server ended it, or does not allow it
 */
export type StreamState = 'off' | 'joining' | 'live' | 'failed';

/** How a component’s stream does. */
export interface StreamStatus {
  state: StreamState;
  /** Why it is `failed`. */
  error?: BroadcastyError;
  /** What was not kept long enough to be delivered, the last time. */
  lost?: Lost;
}

/** What a component listens to, and how; as in `client.subscribe()`. Only the newest `onMessage` is called. */
export type StreamOptions<P = unknown, M = unknown> = Omit<SubscribeOptions<P, M>, 'channel' | 'signal' | 'on'>;

/** How many publications {@link Recent} keeps unless said. */
export const DEFAULT_LIMIT = 100;
/** Publications that come within so long are drawn together. */
const FRAME_MILLIS = 16;

/**
 * A component’s subscription over its life: begun and ended as often as the framework mounts and unmounts it, and gone on with
 * where it was ended, so that nothing published meanwhile is missed.
 */
export class Stream<P, M> {
  readonly status = new Store<StreamStatus>({ state: 'off' });
  private channel: string | undefined;
  private left: ChannelPosition[] | undefined;

  /**
   * @param latest the options as they are now
   * @returns what ends it
   */
  follow(client: BroadcastyClient, channel: string | undefined, latest: () => StreamOptions<P, M>): () => void {
    if (channel !== this.channel) {
      this.channel = channel;
      this.left = undefined;
    }
    if (!channel) {
      this.status.set({ state: 'off' });
      return () => undefined;
    }
    const stop = new AbortController();
    let subscription: Subscription<P, M> | undefined;
    const tell = (status: StreamStatus) => !stop.signal.aborted && this.status.set(status);
    tell({ state: 'joining' });
    const { fromSequence, since, ...rest } = latest();
    const from = this.left ? { since: this.left } : { ...(fromSequence === undefined ? {} : { fromSequence }), ...(since === undefined ? {} : { since }) };
    const onMessage = (publication: Publication<P, M>) => latest().onMessage?.(publication);
    const on: SubscribeOptions['on'] = {
      subscribed: () => tell({ state: 'live' }),
      lost: (lost) => tell({ state: 'live', lost }),
      error: (error) => (error.code === 'handler_failed' ? uncaught(error.cause) : tell({ state: 'failed', error })),
    };
    client.subscribe<P, M>({ ...rest, ...from, channel, onMessage, on, signal: stop.signal }).then(
      (joined) => (subscription = joined),
      (error: unknown) => tell({ state: 'failed', error: asError(error) }),
    );
    return () => {
      this.left = subscription?.positions ?? this.left;
      stop.abort();
    };
  }
}

/** The last publications, for components that show them. */
export class Recent<P, M> extends Store<readonly Publication<P, M>[]> {
  private fresh: Publication<P, M>[] = [];
  private timer: unknown;

  constructor() {
    super([]);
  }

  add(publication: Publication<P, M>, limit: number): void {
    this.fresh.push(publication);
    if (this.fresh.length > limit) {
      this.fresh.shift();
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.set([...this.get(), ...this.fresh].slice(-limit));
      this.fresh = [];
    }, FRAME_MILLIS);
  }

  clear(): void {
    this.fresh = [];
    if (this.get().length > 0) {
      this.set([]);
    }
  }
}

/** The framework’s and the page’s own means see what a handler throws. */
function uncaught(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
