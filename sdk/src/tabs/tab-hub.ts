import { isPattern, kind, matches } from '../channels.js';
import { newId } from '../core.js';
import { toError, BroadcastyError } from '../errors.js';
import { OrderedStream } from '../ordered-stream.js';
import type { SincePositions, PresenceSession, Session, SessionListener, PublishOutcome } from '../transport/transport.js';
import type { ChannelPosition, EncodedEnvelope, Lost, PresencePush, Publication, Since, Subscribed, Unsubscribed } from '../wire.js';
import { serializeError } from './messages.js';
import type { TabCall, TabMessage } from './messages.js';

/** A stream on the shared connection, and the sessions that subscribe to it. */
interface SharedStream {
  stream: OrderedStream;
  subscribers: Set<string>;
}

/**
 * Serves the sessions of all tabs over the leading tab’s connection: executes their calls and
 * forwards the server’s events. Every tab tracks its own positions and discards duplicates. So when
 * a tab resumes from further back, the stream is subscribed again from there for all tabs that
 * share it.
 */
export class TabHub implements SessionListener {
  readonly id = newId();
  private readonly sessions = new Set<string>();
  private readonly streams = new Map<string, SharedStream>();
  /** The sessions that joined each channel; the connection leaves it with the last one. */
  private readonly joined = new Map<string, Set<string>>();
  /** Subscribes and unsubscribes in progress; those that overlap run one after the other. */
  private tasks: { target: string; done: Promise<void> }[] = [];
  private readonly queue: (() => void)[] = [];
  private publishing = 0;
  private session!: PresenceSession;

  /** @param tokenExpiring called when the connection’s token is about to expire */
  constructor(
    private readonly post: (message: TabMessage) => void,
    private readonly tokenExpiring: () => void,
  ) {}

  /** Starts serving on an open session. */
  start(session: Session): void {
    this.session = session as PresenceSession;
  }

  addSession(sessionId: string): void {
    this.sessions.add(sessionId);
  }

  /** The number of sessions. */
  get size(): number {
    return this.sessions.size;
  }

  /** Removes a session that has ended or whose tab was closed. */
  removeSession(sessionId: string): void {
    if (this.sessions.delete(sessionId)) {
      [...this.streams.keys()].forEach((target) => void this.serialize(target, () => this.unsubscribe(sessionId, target)));
      [...this.joined.keys()].forEach((channel) => void this.leave(sessionId, channel).catch(() => undefined));
    }
  }

  refresh(token: string): Promise<unknown> {
    return this.session.refresh(token);
  }

  /** Executes a call of a session and posts the result. */
  handleCall(sessionId: string, id: number, call: TabCall): void {
    let answered = false;
    const answer = (result: unknown) => {
      if (!answered) {
        answered = true;
        this.post({ type: 'result', to: sessionId, id, result });
      }
    };
    this.execute(sessionId, call, answer).then(answer, (error: unknown) => {
      if (!answered) {
        this.post({ type: 'result', to: sessionId, id, error: serializeError(toError(error)) });
      }
    });
  }

  // Events of the server.

  onPublication(body: Publication): void {
    this.streamsOf(body.channel).forEach(({ stream }) => stream.answered && stream.deliver(body));
    this.post({ type: 'publication', body });
  }

  onLost(body: Lost): void {
    this.streamsOf(body.channel).forEach(({ stream }) => stream.answered && stream.onLost(body));
    this.post({ type: 'lost', body });
  }

  onUnsubscribed(body: Unsubscribed): void {
    this.streams.delete(body.channel);
    this.post({ type: 'unsubscribed', body });
  }

  onPresence(body: PresencePush): void {
    if (body.push === 'left') {
      this.joined.delete(body.channel);
    }
    this.post({ type: 'presence', body });
  }

  onExpiring(): void {
    this.tokenExpiring();
  }

  since(target: string): SincePositions {
    return { since: this.streams.get(target)?.stream.positions() ?? [] };
  }

  // Calls of sessions.

  /** @param accepted posts the result of a subscription before its first publication */
  private execute(sessionId: string, { method, args }: TabCall, accepted: (result: Subscribed) => void): Promise<unknown> {
    switch (method) {
      case 'subscribe':
        return this.serialize(args[0], () => this.subscribe(sessionId, args[0], args[1], accepted));
      case 'unsubscribe':
        return this.serialize(args[0], () => this.unsubscribe(sessionId, args[0]));
      case 'publish':
        return this.publish(args[0]).then((outcomes) => outcomes.map((one) => (one instanceof BroadcastyError ? { error: serializeError(one) } : one)));
      case 'presence':
        return this.session.presence(args[0]);
      case 'join':
        this.joined.set(args[0], (this.joined.get(args[0]) ?? new Set<string>()).add(sessionId));
        return this.session.join(args[0], args[1]);
      case 'leave':
        return this.leave(sessionId, args[0]);
      case 'members':
        return this.session.members(args[0], args[1]);
      case 'check':
        this.session.check();
        return Promise.resolve();
    }
  }

  private async subscribe(sessionId: string, target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    if (!this.sessions.has(sessionId)) {
      return; // removed while waiting
    }
    const present = this.streams.get(target);
    if (present && since === undefined) {
      present.subscribers.add(sessionId);
      accepted({ channel: target, recovered: true, positions: present.stream.positions() });
      return;
    }
    // The server delivers a channel once for each connection and replays nothing for a second
    // subscription. So overlapping streams are unsubscribed, and subscribed again after the new
    // one.
    const others = since ? [...this.streams.values()].filter(({ stream }) => overlaps(stream.target, target)) : [];
    others.forEach(({ stream }) => void this.session.unsubscribe(stream.target).catch(() => undefined));
    const known = others.flatMap(({ stream }) => stream.positions());
    const from = since && earliestStart(target, since, known);
    const resubscribed = others
      .filter((other) => other !== present)
      .map((other) => {
        const own = other.stream.positions().filter(({ channel }) => !matches(target, channel));
        const after: SincePositions = { since: [...own, ...(from && 'since' in from ? from.since.filter(({ channel }) => matches(other.stream.target, channel)) : [])] };
        other.stream = new OrderedStream(other.stream.target, after);
        return { stream: other.stream, after };
      });
    const stream = new OrderedStream(target, from);
    const subscribers = (present?.subscribers ?? new Set<string>()).add(sessionId);
    this.streams.set(target, { stream, subscribers });
    const subscribed = this.session.subscribe(target, from, (result) => {
      stream.onSubscribed(result, from);
      if (since === undefined) {
        this.streams.forEach((other) => stream.adopt(other.stream.positions())); // the server omits what the connection already receives
      }
      accepted(since === undefined ? { ...result, positions: stream.positions() } : result);
    });
    for (const one of resubscribed) {
      this.session.subscribe(one.stream.target, one.after, (result) => one.stream.onSubscribed(result, one.after)).catch(() => this.session.close());
    }
    try {
      await subscribed;
    } catch (error) {
      subscribers.delete(sessionId);
      if (subscribers.size > 0) {
        this.session.close(); // the other tabs resume from their last positions
      } else if (this.streams.get(target)?.stream === stream) {
        this.streams.delete(target);
      }
      throw error;
    }
  }

  private async unsubscribe(sessionId: string, target: string): Promise<void> {
    const stream = this.streams.get(target);
    if (stream?.subscribers.delete(sessionId) && stream.subscribers.size === 0) {
      this.streams.delete(target);
      await this.session.unsubscribe(target).catch(() => undefined);
    }
  }

  /** Publishes with as many calls at a time as the session allows, in order. */
  private async publish(envelopes: readonly EncodedEnvelope[]): Promise<PublishOutcome[]> {
    if (this.publishing >= this.session.window) {
      await new Promise<void>((next) => this.queue.push(next));
    } else {
      this.publishing++;
    }
    try {
      return await this.session.publish(envelopes);
    } finally {
      const next = this.queue.shift();
      if (next) {
        next();
      } else {
        this.publishing--;
      }
    }
  }

  private async leave(sessionId: string, channel: string): Promise<void> {
    const joined = this.joined.get(channel);
    if (joined?.delete(sessionId) && joined.size === 0) {
      this.joined.delete(channel);
      await this.session.leave(channel);
    }
  }

  private serialize<T>(target: string, work: () => Promise<T>): Promise<T> {
    const before = this.tasks.filter((other) => overlaps(other.target, target)).map(({ done }) => done);
    const result = before.length === 0 ? work() : Promise.all(before).then(work);
    const entry = {
      target,
      done: result.then(
        () => undefined,
        () => undefined,
      ),
    };
    this.tasks.push(entry);
    void entry.done.then(() => (this.tasks = this.tasks.filter((other) => other !== entry)));
    return result;
  }

  private streamsOf(channel: string): SharedStream[] {
    return [...this.streams.values()].filter(({ stream }) => matches(stream.target, channel));
  }
}

/** Returns whether two targets (channel names or patterns) have a channel in common. */
function overlaps(one: string, other: string): boolean {
  if (!isPattern(one)) {
    return matches(other, one);
  }
  if (!isPattern(other)) {
    return matches(one, other);
  }
  const [a, b] = [one.slice(0, -1), other.slice(0, -1)];
  return kind(one) === kind(other) && (a.startsWith(b) || b.startsWith(a));
}

/**
 * Returns where to subscribe a target so that neither the new session nor those that already
 * receive part of it miss anything after the known positions.
 */
function earliestStart(target: string, since: NonNullable<Since>, known: readonly ChannelPosition[]): NonNullable<Since> {
  const knownByPartition = new Map(known.filter(({ channel }) => matches(target, channel)).map((position) => [`${position.channel} ${position.partition}`, position]));
  if ('fromSequence' in since) {
    const behind = [...knownByPartition.values()].some(({ sequence }) => sequence < since.fromSequence - 1);
    return behind ? { since: [...knownByPartition.values()] } : since;
  }
  if ('last' in since) {
    return since;
  }
  return {
    since: since.since.flatMap((wanted) => {
      const has = knownByPartition.get(`${wanted.channel} ${wanted.partition}`);
      if (!has) {
        return known.length > 0 && isPattern(target) ? [] : [wanted]; // a channel that the other sessions do not know yet is replayed from its beginning
      }
      return [has.epoch === wanted.epoch && has.sequence < wanted.sequence ? has : wanted];
    }),
  };
}
