import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { asError } from './errors.js';
import type { BroadcastyError } from './errors.js';
import type { Subscription } from './subscription.js';
import type { Member, PresencePush } from './wire.js';

/** What a {@link PresenceView} tells. */
export interface PresenceEvents {
  /** The members are what they are now; `joined` and `left` say what changed, as far as that is known. */
  change: { joined: Member[]; left: string[] };
  /** The members cannot be seen, or the channel cannot be joined. */
  error: BroadcastyError;
}

/** Who is present on a channel, kept up to date over every reconnect until it is closed. */
export class PresenceView extends Emitter<PresenceEvents> {
  /** By id. Not to be changed. */
  readonly members: ReadonlyMap<string, Member>;
  private readonly known = new Map<string, Member>();
  private version = -1;
  /** Until the members are read whole, what changes meanwhile is kept for afterwards. */
  private held: PresencePush[] | undefined;
  /** The page that is being read on from. */
  private first: PresencePush | undefined;
  private readonly deafen: () => void;
  private ended = false;

  /** @internal */
  constructor(
    readonly channel: string,
    private readonly connection: Connection,
    private readonly subscription: Subscription,
    private readonly member: Record<string, unknown> | undefined,
    private readonly joins: boolean,
  ) {
    super();
    this.members = this.known;
    this.deafen = connection.on('presence', (push) => push.channel === channel && this.heard(push));
    this.count(1);
    subscription.on('subscribed', () => void this.begin());
    subscription.on('closed', () => this.close());
  }

  /** Asks to be told of members, and joins if that is wanted; once for every connection. @internal */
  async begin(): Promise<void> {
    this.held = [];
    try {
      const link = await this.connection.linked();
      await Promise.all([link.watch(this.channel), ...(this.joins ? [link.join(this.channel, this.member)] : [])]);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code !== 'unreachable') {
        this.emit('error', error);
      }
    }
  }

  /** For a channel that was subscribed to before there was a view. @internal */
  async ensureBegun(): Promise<void> {
    if (this.version < 0 && !this.held) {
      await this.begin();
    }
  }

  /** Leaves the channel, if this view joined it, and ends the view. */
  close(): void {
    if (!this.ended) {
      this.ended = true;
      this.deafen();
      if (this.joins && this.count(-1) === 0 && this.connection.state === 'connected') {
        this.connection
          .linked()
          .then((link) => link.leave(this.channel))
          .catch(() => undefined);
      }
      this.subscription.close();
    }
  }

  /** @returns how many views have joined the channel */
  private count(by: 1 | -1): number {
    const { joined } = this.connection;
    const count = (joined.get(this.channel) ?? 0) + (this.joins ? by : 0);
    joined.set(this.channel, count);
    return count;
  }

  private heard(push: PresencePush): void {
    if (push.reset) {
      void this.reset(push);
    } else if (this.held) {
      this.held.push(push);
    } else if (push.version > this.version) {
      this.version = push.version;
      push.left.forEach((id) => this.known.delete(id));
      push.joined.forEach((member) => this.known.set(member.id, member));
      this.emit('change', { joined: push.joined, left: push.left });
    }
  }

  private async reset(page: PresencePush & { reset: true }): Promise<void> {
    this.first = page;
    this.held ??= [];
    const members = new Map(page.members.map((member) => [member.id, member]));
    try {
      for (let { next } = page; next !== null && this.first === page; ) {
        const more = await (await this.connection.linked()).members(this.channel, next);
        more.members.forEach((member) => members.set(member.id, member));
        next = more.next;
      }
    } catch {
      return; // the next connection begins with a page
    }
    if (this.first !== page) {
      return; // another page came meanwhile
    }
    const left = [...this.known.keys()].filter((id) => !members.has(id));
    const joined = [...members.values()].filter((member) => JSON.stringify(this.known.get(member.id)) !== JSON.stringify(member));
    left.forEach((id) => this.known.delete(id));
    joined.forEach((member) => this.known.set(member.id, member));
    this.version = page.version;
    const { held } = this;
    this.held = undefined;
    this.emit('change', { joined, left });
    held.forEach((push) => this.heard(push));
  }
}
