import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { toError } from './errors.js';
import type { BroadcastyError } from './errors.js';
import type { Subscription } from './subscription.js';
import type { Member, PresencePush } from './wire.js';

/** The events of a {@link PresenceView}. */
export interface PresenceEvents {
  /** The members have changed. `joined` and `left` list the changes as far as they are known. */
  change: { joined: Member[]; left: string[] };
  /** The members cannot be read, or the channel cannot be joined. */
  error: BroadcastyError;
}

/** The members of a channel, kept up to date across reconnects until the view is closed. */
export class PresenceView extends Emitter<PresenceEvents> {
  /** The members by id. Read-only. */
  readonly members: ReadonlyMap<string, Member>;
  private readonly current = new Map<string, Member>();
  private version = -1;
  /** Changes that arrive before all pages of members are read. */
  private buffered: PresencePush[] | undefined;
  /** The first page of the member list that is being read. */
  private resetPage: PresencePush | undefined;
  private readonly stopListening: () => void;
  private closed = false;

  /** @internal */
  constructor(
    readonly channel: string,
    private readonly connection: Connection,
    private readonly subscription: Subscription,
    private readonly member: Record<string, unknown> | undefined,
    private readonly joins: boolean,
  ) {
    super();
    this.members = this.current;
    this.stopListening = connection.on('presence', (push) => push.channel === channel && this.onPush(push));
    this.countJoined(1);
    subscription.on('subscribed', () => void this.start());
    subscription.on('closed', () => this.close());
  }

  /** Requests the members, and joins if wanted; called once for each session. @internal */
  async start(): Promise<void> {
    this.buffered = [];
    try {
      const session = await this.connection.ready();
      await Promise.all([session.presence(this.channel), ...(this.joins ? [session.join(this.channel, this.member)] : [])]);
    } catch (thrown) {
      const error = toError(thrown);
      if (error.code !== 'unreachable') {
        this.emit('error', error);
      }
    }
  }

  /** Starts the view if the channel was subscribed before it was created. @internal */
  async ensureStarted(): Promise<void> {
    if (this.version < 0 && !this.buffered) {
      await this.start();
    }
  }

  /** Leaves the channel if this view joined it, and closes the view. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.stopListening();
      if (this.joins && this.countJoined(-1) === 0 && this.connection.state === 'connected') {
        this.connection
          .ready()
          .then((session) => session.leave(this.channel))
          .catch(() => undefined);
      }
      this.subscription.close();
    }
  }

  /** Returns the number of views that joined the channel. */
  private countJoined(by: 1 | -1): number {
    const { joined } = this.connection;
    const count = (joined.get(this.channel) ?? 0) + (this.joins ? by : 0);
    joined.set(this.channel, count);
    return count;
  }

  private onPush(push: PresencePush): void {
    if (push.reset) {
      void this.reset(push);
    } else if (this.buffered) {
      this.buffered.push(push);
    } else if (push.version > this.version) {
      this.version = push.version;
      push.left.forEach((id) => this.current.delete(id));
      push.joined.forEach((member) => this.current.set(member.id, member));
      this.emit('change', { joined: push.joined, left: push.left });
    }
  }

  private async reset(page: PresencePush & { reset: true }): Promise<void> {
    this.resetPage = page;
    this.buffered ??= [];
    const members = new Map(page.members.map((member) => [member.id, member]));
    try {
      for (let { next } = page; next !== null && this.resetPage === page; ) {
        const more = await (await this.connection.ready()).members(this.channel, next);
        more.members.forEach((member) => members.set(member.id, member));
        next = more.next;
      }
    } catch {
      return; // the next session starts with a new page
    }
    if (this.resetPage !== page) {
      return; // a newer page has arrived
    }
    const left = [...this.current.keys()].filter((id) => !members.has(id));
    const joined = [...members.values()].filter((member) => JSON.stringify(this.current.get(member.id)) !== JSON.stringify(member));
    left.forEach((id) => this.current.delete(id));
    joined.forEach((member) => this.current.set(member.id, member));
    this.version = page.version;
    const { buffered } = this;
    this.buffered = undefined;
    this.emit('change', { joined, left });
    buffered.forEach((push) => this.onPush(push));
  }
}
