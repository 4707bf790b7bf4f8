import { Emitter } from './emitter.js';
import { BroadcastyError } from './errors.js';
import type { Feed, Reader } from './feed.js';
import { Inbox } from './inbox.js';
import type { InboxSettings } from './inbox.js';
import type { ChannelPosition, Lost, Publication, Subscribed } from './wire.js';

/** What a {@link Subscription} tells. */
export interface SubscriptionEvents {
  /**
   * The stream was joined, at first or again; `recovered` is false when something before is not kept any more. What comes up
   * to `heads`, the newest position of every partition at that moment, is replayed; beyond them it is live.
   */
  subscribed: { recovered: boolean; heads: ChannelPosition[] };
  /** Something was not kept long enough to be delivered. */
  lost: Lost;
  /** Backpressure `drop` let go of so many publications. */
  dropped: { count: number };
  /** The handler threw, or the subscription ended for good. */
  error: BroadcastyError;
  /** Nothing comes any more. */
  closed: undefined;
}

/** One consumer of a channel, or of the channels of a pattern. Read it by `onMessage` or by `for await`, not by both. */
export class Subscription<P = unknown, M = unknown> extends Emitter<SubscriptionEvents> implements AsyncIterable<Publication<P, M>>, Reader {
  private readonly inbox: Inbox<Publication<P, M>>;
  private failure: BroadcastyError | undefined;
  /** Where it stood when it was closed. */
  private last: ChannelPosition[] | undefined;

  /** @internal */
  constructor(
    readonly channel: string,
    settings: Pick<InboxSettings, 'mode' | 'max' | 'clock' | 'drained'>,
    onMessage: ((publication: Publication<P, M>) => unknown) | undefined,
    private readonly leave: () => void,
  ) {
    super();
    this.inbox = new Inbox({
      ...settings,
      handler: onMessage,
      failed: (cause) => this.emit('error', new BroadcastyError('handler_failed', 'onMessage threw', 'no', { cause })),
      dropped: (count) => this.emit('dropped', { count }),
    });
  }

  /** Whether nothing comes any more. */
  get closed(): boolean {
    return this.last !== undefined;
  }

  /** How many publications wait for the handler. */
  get waiting(): number {
    return this.inbox.size;
  }

  /**
   * After what it stands, in every partition: give it as `since` to go on there another time. What the handler has not been
   * given yet does not count. After `close` it stays what it was.
   */
  get positions(): ChannelPosition[] {
    if (this.last) {
      return this.last;
    }
    const waiting = this.inbox.rest();
    return (this.feed?.positions() ?? []).map((position) => {
      const next = waiting.find(({ channel, partition }) => channel === position.channel && partition === position.partition);
      return next ? { ...position, epoch: next.epoch, sequence: next.sequence - 1 } : position;
    });
  }

  /** Nothing is delivered after this. May be called any number of times. */
  close(): void {
    if (!this.closed) {
      this.last = this.positions;
      this.inbox.close(this.failure !== undefined);
      this.leave();
      this.emit('closed', undefined);
    }
  }

  /** Ends when the subscription is closed; throws when the server ended it. */
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
  feed?: Feed;

  /** @internal */
  hasRoom(): boolean {
    return this.inbox.hasRoom();
  }

  /** @internal */
  publication(publication: Publication): void {
    this.inbox.push(publication as Publication<P, M>);
  }

  /** @internal */
  lost(lost: Lost): void {
    this.emit('lost', lost);
  }

  /** @internal */
  joined({ recovered, positions }: Subscribed): void {
    this.inbox.restart();
    this.emit('subscribed', { recovered, heads: (positions ?? []).map((head) => ({ channel: this.channel, ...head })) });
  }

  /** @internal The server ended it for good. */
  fail(error: BroadcastyError): void {
    if (!this.closed) {
      this.failure = error;
      this.emit('error', error);
      this.close();
    }
  }
}
