import { matches } from '../channels.js';
import type { Clock } from '../clock.js';
import { BroadcastyError, closed } from '../errors.js';
import { PendingRequests } from '../transport/pending-requests.js';
import type { PresenceSession, SessionListener, PublishOutcome } from '../transport/transport.js';
import type { EncodedEnvelope, Member, MembersPage, Published, Queued, Since, Subscribed } from '../wire.js';
import { deserializeError } from './messages.js';
import type { CallResult, TabCall, SerializedError, TabBroadcast, TabMessage } from './messages.js';

/** How long the leading tab may take to answer a check. */
const LEADER_TIMEOUT_MILLIS = 5000;

/** Creates the error for a session whose leader has changed; the client reconnects at once. */
export function leaderChanged(): BroadcastyError {
  return new BroadcastyError('draining', 'another tab holds the connection now', 'yes');
}

interface TabSessionSettings {
  id: string;
  /** The id of the hub that executes its calls. */
  hub: string;
  transport: 'ws' | 'sse';
  window: number;
  clock: Clock;
  listener: SessionListener;
  post: (message: TabMessage) => void;
  /** Passes a token to the connection if this tab holds it; tokens never leave their tab. */
  refresh: (token: string) => Promise<void>;
}

/** A tab’s session on the connection of the leading tab, also used by the leading tab itself. */
export class TabSession implements PresenceSession {
  readonly ended: Promise<BroadcastyError>;
  readonly transport: 'ws' | 'sse';
  readonly window: number;
  readonly id: string;
  private setEnd!: (end: BroadcastyError) => void;
  private finished = false;
  private receivedAt: number;
  private readonly targets = new Set<string>();
  private readonly pending = new PendingRequests();

  constructor(private readonly settings: TabSessionSettings) {
    ({ id: this.id, transport: this.transport, window: this.window } = settings);
    this.receivedAt = settings.clock.now();
    this.ended = new Promise((resolve) => (this.setEnd = resolve));
  }

  async subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    await this.call<Subscribed>({ method: 'subscribe', args: [target, since] }, (result) => {
      this.targets.add(target);
      accepted(result);
    });
  }

  async unsubscribe(target: string): Promise<void> {
    this.targets.delete(target);
    await this.call({ method: 'unsubscribe', args: [target] });
  }

  async publish(envelopes: readonly EncodedEnvelope[]): Promise<PublishOutcome[]> {
    const outcomes = await this.call<(Published | Queued | { error: SerializedError })[]>({ method: 'publish', args: [envelopes] });
    return outcomes.map((one) => ('error' in one ? deserializeError(one.error) : one));
  }

  refresh(token: string): Promise<void> {
    return this.settings.refresh(token);
  }

  async presence(channel: string): Promise<void> {
    await this.call({ method: 'presence', args: [channel] });
  }

  join(channel: string, member?: Record<string, unknown>): Promise<Member> {
    return this.call({ method: 'join', args: member ? [channel, member] : [channel] });
  }

  async leave(channel: string): Promise<void> {
    await this.call({ method: 'leave', args: [channel] });
  }

  members(channel: string, after?: string): Promise<MembersPage> {
    return this.call({ method: 'members', args: after === undefined ? [channel] : [channel, after] });
  }

  check(): void {
    const { clock } = this.settings;
    const asked = clock.now();
    this.call({ method: 'check', args: [] }).catch(() => undefined);
    clock.setTimeout(() => {
      if (this.receivedAt < asked) {
        this.finish(new BroadcastyError('unreachable', 'the tab that holds the connection does not answer', 'yes'));
      }
    }, LEADER_TIMEOUT_MILLIS);
  }

  close(): void {
    this.finish(closed());
  }

  /** Handles a message of the leading tab to this session or to all. */
  receive(message: TabBroadcast | CallResult): void {
    if (this.finished) {
      return;
    }
    const { clock, listener } = this.settings;
    this.receivedAt = clock.now();
    switch (message.type) {
      case 'result':
        this.pending.settle(message.id, message.error && deserializeError(message.error), message.result);
        return;
      case 'publication':
        if (this.isSubscribed(message.body.channel)) {
          listener.onPublication(message.body);
        }
        return;
      case 'lost':
        if (this.isSubscribed(message.body.channel)) {
          listener.onLost(message.body);
        }
        return;
      case 'presence':
        listener.onPresence(message.body);
        return;
      case 'unsubscribed':
        listener.onUnsubscribed(message.body);
    }
  }

  finish(end: BroadcastyError): void {
    if (!this.finished) {
      this.finished = true;
      this.settings.post({ type: 'leave', from: this.id });
      this.pending.fail();
      this.setEnd(end);
    }
  }

  private isSubscribed(channel: string): boolean {
    return this.targets.has(channel) || [...this.targets].some((target) => matches(target, channel));
  }

  /** @param onResult called before any later message of the leading tab */
  private call<T>(call: TabCall, onResult?: (result: T) => void): Promise<T> {
    return this.pending.send((id) => this.settings.post({ type: 'call', hub: this.settings.hub, from: this.id, id, ...call }), onResult);
  }
}
