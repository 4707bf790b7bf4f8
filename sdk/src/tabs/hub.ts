import { isPattern, kind, matches } from '../channels.js';
import { newId } from '../core.js';
import { asError, BroadcastyError } from '../errors.js';
import { Feed } from '../feed.js';
import type { ChannelPositions, Link, LinkListener, Outcome } from '../transport/transport.js';
import type { ChannelPosition, Envelope, Lost, PresencePush, Publication, Since, Subscribed, Unsubscribed } from '../wire.js';
import { failureOf } from './words.js';
import type { Call, Word } from './words.js';

/** A target on the connection, and the links that want it. */
interface Carried {
  feed: Feed;
  holders: Set<string>;
}

/**
 * What the leading tab does for all: it carries out on the one connection what their links ask for, and tells them what the
 * server sends. Every tab keeps its own positions and drops what it has had already; so when one comes back from further behind,
 * the stream is begun anew from there, for all that want it.
 */
export class Hub implements LinkListener {
  readonly id = newId();
  private readonly guests = new Set<string>();
  private readonly carried = new Map<string, Carried>();
  /** Who joined which channel: the connection leaves it with the last. */
  private readonly joined = new Map<string, Set<string>>();
  /** Subscriptions that begin or end just now; what overlaps one waits for it. */
  private underWay: { target: string; done: Promise<void> }[] = [];
  private readonly queue: (() => void)[] = [];
  private publishing = 0;
  private link!: Link;

  /** @param expires the token of the connection ends soon */
  constructor(
    private readonly say: (word: Word) => void,
    private readonly expires: () => void,
  ) {}

  /** The connection is there. */
  begin(link: Link): void {
    this.link = link;
  }

  welcome(guest: string): void {
    this.guests.add(guest);
  }

  /** How many links go by it. */
  get size(): number {
    return this.guests.size;
  }

  /** A link ended, or its tab died. */
  drop(guest: string): void {
    if (this.guests.delete(guest)) {
      [...this.carried.keys()].forEach((target) => void this.inTurn(target, () => this.unsubscribe(guest, target)));
      [...this.joined.keys()].forEach((channel) => void this.leave(guest, channel).catch(() => undefined));
    }
  }

  refresh(token: string): Promise<unknown> {
    return this.link.refresh(token);
  }

  /** Carries out a call of a link and says the answer. */
  serve(guest: string, id: number, call: Call): void {
    let answered = false;
    const answer = (result: unknown) => {
      if (!answered) {
        answered = true;
        this.say({ say: 'answer', to: guest, id, result });
      }
    };
    this.carryOut(guest, call, answer).then(answer, (error: unknown) => {
      if (!answered) {
        this.say({ say: 'answer', to: guest, id, error: failureOf(asError(error)) });
      }
    });
  }

  // What the connection tells.

  publication(body: Publication): void {
    this.carrying(body.channel).forEach(({ feed }) => feed.begun && feed.accept(body));
    this.say({ say: 'publication', body });
  }

  lost(body: Lost): void {
    this.carrying(body.channel).forEach(({ feed }) => feed.begun && feed.lost(body));
    this.say({ say: 'lost', body });
  }

  unsubscribed(body: Unsubscribed): void {
    this.carried.delete(body.channel);
    this.say({ say: 'unsubscribed', body });
  }

  presence(body: PresencePush): void {
    this.say({ say: 'presence', body });
  }

  expiring(): void {
    this.expires();
  }

  since(target: string): ChannelPositions {
    return { since: this.carried.get(target)?.feed.positions() ?? [] };
  }

  // What links ask for.

  /** @param accepted answers a subscription before anything that comes of it */
  private carryOut(guest: string, { call, args }: Call, accepted: (result: Subscribed) => void): Promise<unknown> {
    switch (call) {
      case 'subscribe':
        return this.inTurn(args[0], () => this.subscribe(guest, args[0], args[1], accepted));
      case 'unsubscribe':
        return this.inTurn(args[0], () => this.unsubscribe(guest, args[0]));
      case 'publish':
        return this.publish(args[0]).then((outcomes) => outcomes.map((one) => (one instanceof BroadcastyError ? { error: failureOf(one) } : one)));
      case 'watch':
        return this.link.watch(args[0]);
      case 'join':
        this.joined.set(args[0], (this.joined.get(args[0]) ?? new Set<string>()).add(guest));
        return this.link.join(args[0], args[1]);
      case 'leave':
        return this.leave(guest, args[0]);
      case 'members':
        return this.link.members(args[0], args[1]);
      case 'check':
        this.link.check();
        return Promise.resolve();
    }
  }

  private async subscribe(guest: string, target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    if (!this.guests.has(guest)) {
      return; // gone while it waited for its turn
    }
    const present = this.carried.get(target);
    if (present && since === undefined) {
      present.holders.add(guest);
      accepted({ channel: target, recovered: true, positions: present.feed.positions() });
      return;
    }
    // The server delivers a channel once, and replays nothing for whoever asks a second time: what overlaps leaves the
    // stream, and comes back behind the one who asks.
    const others = since ? [...this.carried.values()].filter(({ feed }) => overlap(feed.target, target)) : [];
    others.forEach(({ feed }) => void this.link.unsubscribe(feed.target).catch(() => undefined));
    const known = others.flatMap(({ feed }) => feed.positions());
    const from = since && earlier(target, since, known);
    const back = others
      .filter((other) => other !== present)
      .map((other) => {
        const own = other.feed.positions().filter(({ channel }) => !matches(target, channel));
        const after: ChannelPositions = { since: [...own, ...(from && 'since' in from ? from.since.filter(({ channel }) => matches(other.feed.target, channel)) : [])] };
        other.feed = new Feed(other.feed.target, after);
        return { feed: other.feed, after };
      });
    const feed = new Feed(target, from);
    const holders = (present?.holders ?? new Set<string>()).add(guest);
    this.carried.set(target, { feed, holders });
    const begun = this.link.subscribe(target, from, (result) => {
      feed.subscribed(result, from);
      if (since === undefined) {
        this.carried.forEach((other) => feed.learn(other.feed.positions())); // what the connection gets already is left out
      }
      accepted(since === undefined ? { ...result, positions: feed.positions() } : result);
    });
    for (const one of back) {
      this.link.subscribe(one.feed.target, one.after, (result) => one.feed.subscribed(result, one.after)).catch(() => this.link.close());
    }
    try {
      await begun;
    } catch (error) {
      holders.delete(guest);
      if (holders.size > 0) {
        this.link.close(); // the others come back from where they were
      } else if (this.carried.get(target)?.feed === feed) {
        this.carried.delete(target);
      }
      throw error;
    }
  }

  private async unsubscribe(guest: string, target: string): Promise<void> {
    const carried = this.carried.get(target);
    if (carried?.holders.delete(guest) && carried.holders.size === 0) {
      this.carried.delete(target);
      await this.link.unsubscribe(target).catch(() => undefined);
    }
  }

  /** As many at a time as the connection takes, in the order in which they came. */
  private async publish(envelopes: readonly Envelope[]): Promise<Outcome[]> {
    if (this.publishing >= this.link.window) {
      await new Promise<void>((next) => this.queue.push(next));
    } else {
      this.publishing++;
    }
    try {
      return await this.link.publish(envelopes);
    } finally {
      const next = this.queue.shift();
      if (next) {
        next();
      } else {
        this.publishing--;
      }
    }
  }

  private async leave(guest: string, channel: string): Promise<void> {
    const joined = this.joined.get(channel);
    if (joined?.delete(guest) && joined.size === 0) {
      this.joined.delete(channel);
      await this.link.leave(channel);
    }
  }

  private inTurn<T>(target: string, work: () => Promise<T>): Promise<T> {
    const before = this.underWay.filter((other) => overlap(other.target, target)).map(({ done }) => done);
    const result = before.length === 0 ? work() : Promise.all(before).then(work);
    const entry = {
      target,
      done: result.then(
        () => undefined,
        () => undefined,
      ),
    };
    this.underWay.push(entry);
    void entry.done.then(() => (this.underWay = this.underWay.filter((other) => other !== entry)));
    return result;
  }

  private carrying(channel: string): Carried[] {
    return [...this.carried.values()].filter(({ feed }) => matches(feed.target, channel));
  }
}

/** Whether two targets, names or patterns, deliver a channel in common. */
function overlap(one: string, other: string): boolean {
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
 * From where a target has to begin so that it misses nothing: neither the one who asks for it, nor those who have it, or part of
 * it, up to the positions that are known.
 */
function earlier(target: string, since: NonNullable<Since>, known: readonly ChannelPosition[]): NonNullable<Since> {
  const of = new Map(known.filter(({ channel }) => matches(target, channel)).map((position) => [`${position.channel} ${position.partition}`, position]));
  if ('fromSequence' in since) {
    const behind = [...of.values()].some(({ sequence }) => sequence < since.fromSequence - 1);
    return behind ? { since: [...of.values()] } : since;
  }
  return {
    since: since.since.flatMap((wanted) => {
      const has = of.get(`${wanted.channel} ${wanted.partition}`);
      if (!has) {
        return known.length > 0 && isPattern(target) ? [] : [wanted]; // a channel that others have not met yet: from its beginning
      }
      return [has.epoch === wanted.epoch && has.sequence < wanted.sequence ? has : wanted];
    }),
  };
}
