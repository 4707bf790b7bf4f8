import type { Clock } from './clock.js';
import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { BroadcastyError, toError } from './errors.js';
import type { Subscription } from './subscription.js';
import type { PresenceSession } from './transport/transport.js';
import type { Member, MembersChange, MembersReset, PresenceEnd, PresencePush } from './wire.js';

/** The delay before another attempt if the server names none. */
const RETRY_MILLIS = 1000;

/** The number of views that joined each channel; the channel is left when the last one closes. */
const JOINED = new WeakMap<Connection, Map<string, number>>();

/** The events of a {@link PresenceView}. */
export interface PresenceEvents {
  /** The members have changed. `joined` and `left` list the changes as far as they are known. */
  change: { joined: Member[]; left: string[] };
  /**
   * The members cannot be read, the channel cannot be joined, or its subscription ended for good.
   * The view tries again by itself unless `retry` is `no`.
   */
  error: BroadcastyError;
  /**
   * A new token ended the own membership: it does not allow the channel’s members, or not the `id`
   * that was joined. The view does not join again, but still shows the members; open another view
   * when a token allows it.
   */
  left: BroadcastyError;
  /**
   * A new token does not show the members any more. `members` is empty from now on, which `change`
   * has reported; an own membership lasts. Open another view when a token allows it.
   */
  unwatched: BroadcastyError;
}

/** The members of a channel, kept up to date across reconnects until the view is closed. */
export class PresenceView extends Emitter<PresenceEvents> {
  /** The members by id. Read-only. */
  readonly members: ReadonlyMap<string, Member>;
  private readonly current = new Map<string, Member>();
  private version = -1;
  /** Changes that arrive before all pages of members are read. */
  private buffered: MembersChange[] | undefined;
  /** The first page of the member list that is being read. */
  private resetPage: MembersReset | undefined;
  private readonly stopListening: () => void;
  private closed = false;
  /** What the view requests on each session, by the push that ends it: to be a member, to watch. */
  private readonly wants;
  private retry: unknown;

  /** @internal */
  constructor(
    readonly channel: string,
    private readonly connection: Connection,
    private readonly subscription: Subscription,
    private member: Record<string, unknown> | undefined,
    joins: boolean,
    private readonly clock: Clock,
  ) {
    super();
    this.wants = { left: joins, unwatched: true };
    this.members = this.current;
    this.stopListening = connection.on('presence', (push) => push.channel === channel && this.onPush(push));
    this.countJoined(1);
    subscription.on('subscribed', () => void (this.starting = this.start()));
    subscription.on('error', (error) => {
      this.clear();
      this.emit('error', error);
    });
    subscription.on('closed', () => this.close());
  }

  /** The error of the last start that starting again does not help against. */
  private refusal: BroadcastyError | undefined;
  private starting: Promise<void> | undefined;

  /** Requests the members, and joins if wanted; called once for each session. @internal */
  async start(): Promise<void> {
    this.buffered = [];
    this.clock.clearTimeout(this.retry);
    try {
      const session = await this.session();
      await Promise.all([this.wants.unwatched && session.presence(this.channel), this.wants.left && session.join(this.channel, this.member)]);
    } catch (thrown) {
      this.onFailure(thrown);
    }
  }

  /** Reports an error, and starts again after a delay if that can help. */
  private onFailure(thrown: unknown): void {
    const error = toError(thrown);
    if (error.code === 'unreachable' || this.closed) {
      return; // the next session starts again
    }
    this.emit('error', error);
    if (error.retry === 'no') {
      this.refusal = error;
    } else {
      this.retry = this.clock.setTimeout(() => void this.start(), error.retryAfterMillis ?? RETRY_MILLIS);
    }
  }

  /**
   * Changes the fields of the own member, which the others see.
   *
   * @throws BroadcastyError `forbidden`, …; then the fields stay as they were
   */
  async update(member: Record<string, unknown>): Promise<void> {
    await (await this.session()).join(this.channel, member);
    this.member = member;
    if (!this.wants.left) {
      this.wants.left = true;
      this.countJoined(1);
    }
  }

  /**
   * Starts the view if the channel was subscribed before it was created.
   *
   * @throws BroadcastyError when the server refuses it; then the view is closed
   * @internal
   */
  async ensureStarted(): Promise<void> {
    await (this.starting ??= this.start());
    if (this.refusal) {
      this.close();
      throw this.refusal;
    }
  }

  /** Leaves the channel if this view joined it, and closes the view. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.clock.clearTimeout(this.retry);
      this.stopListening();
      if (this.wants.left && this.countJoined(-1) === 0 && this.connection.state === 'connected') {
        this.session()
          .then((session) => session.leave(this.channel))
          .catch(() => undefined);
      }
      this.subscription.close();
    }
  }

  private async session(): Promise<PresenceSession> {
    return (await this.connection.ready()) as PresenceSession;
  }

  /** Returns the number of views that joined the channel. */
  private countJoined(by: 1 | -1): number {
    const joined = JOINED.get(this.connection) ?? new Map<string, number>();
    JOINED.set(this.connection, joined);
    const count = (joined.get(this.channel) ?? 0) + (this.wants.left ? by : 0);
    joined.set(this.channel, count);
    return count;
  }

  private onPush(push: PresencePush): void {
    if ('code' in push) {
      this.onEnd(push);
    } else if (!this.wants.unwatched) {
      return; // the view of another tab may see them
    } else if (push.reset) {
      void this.reset(push);
    } else if (this.buffered) {
      this.buffered.push(push);
    } else if (push.version > this.version) {
      this.version = push.version;
      this.apply(push);
    }
  }

  private onEnd({ push, channel, code }: PresenceEnd): void {
    if (this.wants[push]) {
      if (push === 'left') {
        this.countJoined(-1);
      } else {
        this.clear();
      }
      this.wants[push] = false;
      this.emit(push, new BroadcastyError(code, `the new token does not allow the members of ${channel}`));
    }
  }

  private apply({ joined, left }: PresenceEvents['change']): void {
    left.forEach((id) => this.current.delete(id));
    joined.forEach((member) => this.current.set(member.id, member));
    this.emit('change', { joined, left });
  }

  private clear(): void {
    this.resetPage = undefined;
    this.apply({ joined: [], left: [...this.current.keys()] });
  }

  private async reset(page: MembersReset): Promise<void> {
    this.resetPage = page;
    this.buffered ??= [];
    const members = new Map(page.members.map((member) => [member.id, member]));
    try {
      for (let { next } = page; next !== null && this.resetPage === page; ) {
        const more = await (await this.session()).members(this.channel, next);
        more.members.forEach((member) => members.set(member.id, member));
        next = more.next;
      }
    } catch (thrown) {
      if (this.resetPage === page) {
        this.onFailure(thrown);
      }
      return;
    }
    if (this.resetPage !== page) {
      return; // a newer page has arrived
    }
    const left = [...this.current.keys()].filter((id) => !members.has(id));
    const joined = [...members.values()].filter((member) => JSON.stringify(this.current.get(member.id)) !== JSON.stringify(member));
    this.version = page.version;
    const { buffered } = this;
    this.buffered = undefined;
    this.apply({ joined, left });
    buffered.forEach((push) => this.onPush(push));
  }
}
