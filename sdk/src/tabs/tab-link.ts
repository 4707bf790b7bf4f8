import { matches } from '../channels.js';
import type { Clock } from '../clock.js';
import { BroadcastyError } from '../errors.js';
import { Pending } from '../transport/pending.js';
import type { Link, LinkListener, Outcome } from '../transport/transport.js';
import type { Envelope, Member, MembersPage, Published, Queued, Since, Subscribed } from '../wire.js';
import { errorOf } from './words.js';
import type { Answer, Call, Failure, News, Word } from './words.js';

/** How long the leading tab may be silent after it was asked for a sign of life. */
const PATIENCE_MILLIS = 5000;

/** The end of a link whose tab lost the connection of another one: there will be another at once. */
export function moved(): BroadcastyError {
  return new BroadcastyError('draining', 'another tab holds the connection now', 'yes');
}

export interface TabLinkSettings {
  id: string;
  /** Who carries out its calls. */
  hub: string;
  carrier: 'ws' | 'sse';
  window: number;
  clock: Clock;
  listener: LinkListener;
  say: (word: Word) => void;
  /** Hands a token to the connection, if it is this tab’s; it does not leave the tab. */
  refresh: (token: string) => Promise<void>;
}

/** One tab’s life on the connection that the leading tab holds; in the leading tab itself too. */
export class TabLink implements Link {
  readonly ended: Promise<BroadcastyError>;
  readonly carrier: 'ws' | 'sse';
  readonly window: number;
  readonly id: string;
  private end!: (end: BroadcastyError) => void;
  private over = false;
  private heardAt: number;
  private readonly targets = new Set<string>();
  private readonly pending = new Pending();

  constructor(private readonly settings: TabLinkSettings) {
    ({ id: this.id, carrier: this.carrier, window: this.window } = settings);
    this.heardAt = settings.clock.now();
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  async subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    await this.call<Subscribed>({ call: 'subscribe', args: [target, since] }, (result) => {
      this.targets.add(target);
      accepted(result);
    });
  }

  async unsubscribe(target: string): Promise<void> {
    this.targets.delete(target);
    await this.call({ call: 'unsubscribe', args: [target] });
  }

  async publish(envelopes: readonly Envelope[]): Promise<Outcome[]> {
    const outcomes = await this.call<(Published | Queued | { error: Failure })[]>({ call: 'publish', args: [envelopes] });
    return outcomes.map((one) => ('error' in one ? errorOf(one.error) : one));
  }

  refresh(token: string): Promise<void> {
    return this.settings.refresh(token);
  }

  async watch(channel: string): Promise<void> {
    await this.call({ call: 'watch', args: [channel] });
  }

  join(channel: string, member?: Record<string, unknown>): Promise<Member> {
    return this.call({ call: 'join', args: member ? [channel, member] : [channel] });
  }

  async leave(channel: string): Promise<void> {
    await this.call({ call: 'leave', args: [channel] });
  }

  members(channel: string, after?: string): Promise<MembersPage> {
    return this.call({ call: 'members', args: after === undefined ? [channel] : [channel, after] });
  }

  check(): void {
    const { clock } = this.settings;
    const asked = clock.now();
    this.call({ call: 'check', args: [] }).catch(() => undefined);
    clock.setTimeout(() => {
      if (this.heardAt < asked) {
        this.finish(new BroadcastyError('unreachable', 'the tab that holds the connection gives no sign of life', 'yes'));
      }
    }, PATIENCE_MILLIS);
  }

  close(): void {
    this.finish(new BroadcastyError('closed', 'closed by this client'));
  }

  /** What the leading tab says to this link, or to all. */
  hear(word: News | Answer): void {
    if (this.over) {
      return;
    }
    const { clock, listener } = this.settings;
    this.heardAt = clock.now();
    switch (word.say) {
      case 'answer':
        this.pending.settle(word.id, word.error && errorOf(word.error), word.result);
        return;
      case 'publication':
        if (this.wants(word.body.channel)) {
          listener.publication(word.body);
        }
        return;
      case 'lost':
        if (this.wants(word.body.channel)) {
          listener.lost(word.body);
        }
        return;
      case 'presence':
        listener.presence(word.body);
        return;
      case 'unsubscribed':
        listener.unsubscribed(word.body);
    }
  }

  finish(end: BroadcastyError): void {
    if (!this.over) {
      this.over = true;
      this.settings.say({ say: 'bye', from: this.id });
      this.pending.end();
      this.end(end);
    }
  }

  private wants(channel: string): boolean {
    return this.targets.has(channel) || [...this.targets].some((target) => matches(target, channel));
  }

  /** @param first called before anything that the leading tab says after its answer */
  private call<T>(call: Call, first?: (result: T) => void): Promise<T> {
    return this.pending.ask((id) => this.settings.say({ say: 'call', hub: this.settings.hub, from: this.id, id, ...call }), first);
  }
}
