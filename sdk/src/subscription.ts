import { Emitter, reportUncaught } from './emitter.js';
import { BroadcastyError } from './errors.js';
import type { OrderedStream } from './ordered-stream.js';
import { Inbox } from './inbox.js';
import type { InboxSettings } from './inbox.js';
import type { ChannelPosition, Lost, Publication, Subscribed } from './wire.js';

/** The events of a {@link Subscription}. */
export interface SubscriptionEvents {
  /**
   * The stream was subscribed, at first or after a reconnect. `recovered` is false when earlier
   * publications are no longer retained. `heads` are the newest positions at that moment:
   * publications up to them are replayed, later ones are live.
   */
  subscribed: { recovered: boolean; heads: ChannelPosition[] };
  /** Publications are no longer retained and cannot be delivered. */
  lost: Lost;
  /** With `drop`, this many publications were dropped. */
  dropped: { count: number };
  /**
   * The handler threw an error, which is reported as uncaught if nobody listens, or the
   * subscription ended for good.
   */
  error: BroadcastyError;
  /** The subscription is closed. */
  closed: undefined;
}

/**
 * A subscription to a channel, or to the channels of a pattern. Read it with `onMessage` or with
 * `for await`, not both.
 */
export class Subscription<P = unknown, M = unknown> extends Emitter<SubscriptionEvents> implements AsyncIterable<Publication<P, M>> {
  private readonly inbox: Inbox<Publication<P, M>>;
  private failure: BroadcastyError | undefined;
  /** The positions at the time of closing. */
  private finalPositions: ChannelPosition[] | undefined;

  /** @internal */
  constructor(
    readonly channel: string,
    settings: Pick<InboxSettings, 'mode' | 'max' | 'clock' | 'onDrained'>,
    onMessage: ((publication: Publication<P, M>) => unknown) | undefined,
    private readonly onClose: () => void,
  ) {
    super();
    this.inbox = new Inbox({
      ...settings,
      handler: onMessage,
      onError: (cause) => this.emit('error', new BroadcastyError('handler_failed', 'onMessage threw an error', 'no', { cause })) || reportUncaught(cause),
      onDropped: (count) => this.emit('dropped', { count }),
    });
  }

  /** Whether the subscription is closed. */
  get closed(): boolean {
    return this.finalPositions !== undefined;
  }

  /** The number of publications that wait for the handler. */
  get waiting(): number {
    return this.inbox.size;
  }

  /**
   * The last position of every partition; pass it as `since` to resume later. Publications that the
   * handler has not received do not count. The value is fixed after `close`.
   */
  get positions(): ChannelPosition[] {
    if (this.finalPositions) {
      return this.finalPositions;
    }
    const waiting = this.inbox.pending();
    return (this.stream?.positions() ?? []).map((position) => {
      const next = waiting.find(({ channel, partition }) => channel === position.channel && partition === position.partition);
      return next ? { ...position, epoch: next.epoch, sequence: next.sequence - 1 } : position;
    });
  }

  /** Closes the subscription; nothing is delivered afterwards. Repeated calls do nothing. */
  close(): void {
    if (!this.closed) {
      this.finalPositions = this.positions;
      this.inbox.close(this.failure !== undefined);
      this.onClose();
      this.settle?.(new BroadcastyError('closed', 'the subscription was closed'));
      this.emit('closed', undefined);
    }
  }

  /**
   * Iterates over the publications until the subscription is closed.
   *
   * @throws BroadcastyError when the server ended the subscription
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Publication<P, M>, void, undefined> {
    try {
      for (let next = await this.inbox.take(); next; next = await this.inbox.take()) {
        yield next;
      }
      if (this.failure) {
        throw this.failure;
      }
    } finally {
      this.close();
    }
  }

  /** @internal */
  stream?: OrderedStream;

  /** Called with the server’s first answer. @internal */
  settle?: (error?: BroadcastyError) => void;

  /** @internal */
  hasRoom(): boolean {
    return this.inbox.hasRoom();
  }

  /** @internal */
  onPublication(publication: Publication): void {
    this.inbox.push(publication as Publication<P, M>);
  }

  /** @internal */
  run(): void {
    this.inbox.run();
  }

  /** @internal */
  onLost(lost: Lost): void {
    this.emit('lost', lost);
  }

  /** @internal */
  onSubscribed({ recovered, positions }: Subscribed): void {
    this.inbox.restart();
    this.settle?.();
    this.emit('subscribed', { recovered, heads: (positions ?? []).map((head) => ({ channel: this.channel, ...head })) });
  }

  /** Ends the subscription with an error of the server. @internal */
  fail(error: BroadcastyError): void {
    if (!this.closed) {
      this.failure = error;
      this.settle?.(error);
      this.emit('error', error);
      this.close();
    }
  }
}
