import type { BroadcastyClient } from '../client.js';
import type { SubscribeOptions } from '../core.js';
import { reportUncaught } from '../emitter.js';
import { toError } from '../errors.js';
import type { BroadcastyError } from '../errors.js';
import type { Subscription } from '../subscription.js';
import type { ChannelPosition, Lost, Publication } from '../wire.js';
import { Store } from './store.js';

/**
 * The state of a component’s subscription.
 *
 * - `off`: there is no channel
 * - `joining`: the server has not answered yet
 * - `live`: publications arrive, also after a reconnect
 * - `failed`: the server rejected or ended the subscription
 */
export type StreamState = 'off' | 'joining' | 'live' | 'failed';

/** The status of a component’s subscription. */
export interface StreamStatus {
  /** The state of the subscription. */
  state: StreamState;
  /** The reason of `failed`. */
  error?: BroadcastyError;
  /** The last loss of publications that are no longer retained. */
  lost?: Lost;
}

/**
 * The options of a component’s subscription, as in `client.subscribe()`. Only the latest
 * `onMessage` is called.
 */
export type StreamOptions<P = unknown, M = unknown> = Omit<SubscribeOptions<P, M>, 'channel' | 'signal' | 'on'>;

/** The default size of {@link RecentPublications}. */
export const DEFAULT_LIMIT = 100;
/** Publications that arrive within this time are rendered together. */
const FRAME_MILLIS = 16;

/**
 * The subscription of a component, opened and closed as often as the framework mounts and unmounts
 * it. It resumes from its last position, so that nothing is missed in between.
 */
export class ComponentSubscription<P, M> {
  readonly status = new Store<StreamStatus>({ state: 'off' });
  private channel: string | undefined;
  private lastPositions: ChannelPosition[] | undefined;

  /**
   * Subscribes. Returns a function that unsubscribes.
   *
   * @param latest returns the current options
   */
  start(client: BroadcastyClient, channel: string | undefined, latest: () => StreamOptions<P, M>): () => void {
    if (channel !== this.channel) {
      this.channel = channel;
      this.lastPositions = undefined;
    }
    if (!channel) {
      this.status.set({ state: 'off' });
      return () => undefined;
    }
    const stop = new AbortController();
    let subscription: Subscription<P, M> | undefined;
    const update = (status: StreamStatus) => !stop.signal.aborted && this.status.set(status);
    update({ state: 'joining' });
    const { fromSequence, since, ...rest } = latest();
    const from = this.lastPositions ? { since: this.lastPositions } : { ...(fromSequence === undefined ? {} : { fromSequence }), ...(since === undefined ? {} : { since }) };
    const onMessage = (publication: Publication<P, M>) => latest().onMessage?.(publication);
    const on: SubscribeOptions['on'] = {
      subscribed: () => update({ state: 'live' }),
      lost: (lost) => update({ state: 'live', lost }),
      error: (error) => (error.code === 'handler_failed' ? reportUncaught(error.cause) : update({ state: 'failed', error })),
    };
    client.subscribe<P, M>({ ...rest, ...from, channel, onMessage, on, signal: stop.signal }).then(
      (joined) => (subscription = joined),
      (error: unknown) => update({ state: 'failed', error: toError(error) }),
    );
    return () => {
      this.lastPositions = subscription?.positions ?? this.lastPositions;
      stop.abort();
    };
  }
}

/** The most recent publications that are kept, for components that show them. */
export class RecentPublications<P, M> extends Store<readonly Publication<P, M>[]> {
  private unrendered: Publication<P, M>[] = [];
  private timer: unknown;

  constructor() {
    super([]);
  }

  add(publication: Publication<P, M>, limit: number): void {
    if (publication.push === 'ephemeral') {
      return;
    }
    this.unrendered.push(publication);
    if (this.unrendered.length > limit) {
      this.unrendered.shift();
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.set([...this.get(), ...this.unrendered].slice(-limit));
      this.unrendered = [];
    }, FRAME_MILLIS);
  }

  clear(): void {
    this.unrendered = [];
    if (this.get().length > 0) {
      this.set([]);
    }
  }
}
