import type { Backoff } from './backoff.js';
import { isPattern, matches } from './channels.js';
import { pause } from './clock.js';
import { asError, BroadcastyError, closed } from './errors.js';
import { Emitter } from './emitter.js';
import { Feed } from './feed.js';
import type { Surroundings } from './surroundings.js';
import type { Subscription } from './subscription.js';
import { askForToken } from './token.js';
import type { GetToken } from './token.js';
import type { Choice } from './transport/choice.js';
import type { Link, LinkListener, LinkSettings, ChannelPositions } from './transport/transport.js';
import type { Lost, PresencePush, Publication, Since, Unsubscribed } from './wire.js';

/**
 * - `idle`: nothing was asked for yet
 * - `connecting`, `connected`
 * - `waiting`: the next attempt comes after a while
 * - `offline`: the device has no network; the next attempt comes with it
 * - `failed`: the server does not want this client; asking for something tries again
 * - `closed`: for good
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'failed' | 'closed';

/** What a client tells of its connection. */
export interface ConnectionEvents {
  state: {
    state: ConnectionState;
    /** What carries a connection that is `connected`. */
    transport?: 'ws' | 'sse';
    /** Why the connection is `waiting` or `failed`. */
    error?: BroadcastyError;
    /** How long it is `waiting`. */
    retryInMillis?: number;
  };
  /** Something failed that nobody waits for: a token that could not be got, a connection given up. */
  error: BroadcastyError;
}

export interface ConnectionSettings extends LinkSettings {
  readonly getToken: GetToken;
  readonly choice: Choice;
  readonly backoff: Backoff;
  readonly surroundings: Surroundings;
}

/** A link that held for so long was a good one. */
const STABLE_MILLIS = 10_000;
/** Without a network the device is asked again after this, should it not say when that comes back. */
const OFFLINE_MILLIS = 30_000;
/** Before each new try to refresh a token that is about to end. */
const REFRESH_RETRY_MILLIS = 3000;

/** The one connection of a client: keeps a link to the server while anything is wanted, and every feed on it. */
export class Connection extends Emitter<ConnectionEvents & { presence: PresencePush }> implements LinkListener {
  /** Why there is no connection now. */
  lastError: BroadcastyError | undefined;
  /** What the application gave last; it may have ended. */
  lastToken: string | undefined;
  /** How many views have joined each channel; the last of them leaves it. */
  readonly joined = new Map<string, number>();
  private current: ConnectionState = 'idle';
  private link: Link | undefined;
  private running = false;
  private readonly feeds = new Map<string, Feed>();
  private readonly patterns = new Set<Feed>();
  private waiters: { resolve: (link: Link) => void; reject: (error: BroadcastyError) => void }[] = [];
  private readonly stop = new AbortController();
  private nap = new AbortController();
  private readonly forget: () => void;

  constructor(private readonly settings: ConnectionSettings) {
    super();
    this.forget = settings.surroundings.onChange(() => {
      this.nap.abort();
      this.link?.check();
    });
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** The link, as soon as there is one. Fails when the connection does for good. */
  async linked(): Promise<Link> {
    if (this.link) {
      return this.link;
    }
    if (this.current === 'closed') {
      throw closed();
    }
    this.start();
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** The token to send now, as the application gives it. */
  async token(): Promise<string> {
    return (this.lastToken = await askForToken(this.settings.getToken));
  }

  /** Adds a reader to a target’s feed, which is begun if it is not there. Settles when the server has answered. */
  async add(reader: Subscription, since: Since): Promise<void> {
    const target = reader.channel;
    let feed = this.feeds.get(target);
    if (feed && since !== undefined) {
      throw new BroadcastyError('overlapping_subscription', `${target} is subscribed to already; ask for its past with the first subscription, or by replay()`);
    }
    const fresh = feed === undefined;
    feed ??= new Feed(target, since);
    feed.readers.add(reader);
    reader.feed = feed;
    if (fresh) {
      this.feeds.set(target, feed);
      if (isPattern(target)) {
        this.patterns.add(feed);
      }
      if (this.link) {
        void this.join(feed, this.link);
      }
    }
    this.start();
    if (!feed.begun) {
      await new Promise<void>((resolve, reject) => {
        reader.on('subscribed', () => resolve());
        reader.on('error', (error) => error.code !== 'handler_failed' && reject(error));
        reader.on('closed', () => reject(new BroadcastyError('closed', 'it was closed before the server answered')));
      });
    }
  }

  /** Takes a reader away; the feed ends with its last one. */
  remove(reader: Subscription): void {
    const feed = this.feeds.get(reader.channel);
    if (feed?.readers.delete(reader)) {
      if (feed.readers.size === 0) {
        this.feeds.delete(feed.target);
        this.patterns.delete(feed);
        if (!feed.paused) {
          this.link?.unsubscribe(feed.target).catch(() => undefined);
        }
      } else {
        this.resume(feed.target);
      }
    }
  }

  /** A reader has room again: the feed comes back from where it left. */
  resume(target: string): void {
    const feed = this.feeds.get(target);
    if (feed?.paused && this.link && feed.hasRoom()) {
      void this.join(feed, this.link);
    }
  }

  close(): void {
    if (this.current !== 'closed') {
      this.stop.abort();
      this.nap.abort();
      this.forget();
      this.link?.close();
      this.giveUp(closed(), 'closed');
    }
  }

  // What the link tells.

  publication(publication: Publication): void {
    const feed = this.feeds.get(publication.channel);
    if (feed) {
      this.hand(feed, publication);
    }
    for (const pattern of this.patterns) {
      if (matches(pattern.target, publication.channel)) {
        this.hand(pattern, publication);
      }
    }
  }

  lost(lost: Lost): void {
    for (const feed of this.feeds.values()) {
      if (feed.begun && !feed.paused && matches(feed.target, lost.channel)) {
        feed.lost(lost);
      }
    }
  }

  unsubscribed({ channel, code }: Unsubscribed): void {
    const feed = this.feeds.get(channel);
    if (feed) {
      this.end(feed, new BroadcastyError(code, `the new token does not allow ${channel}`));
    }
  }

  presence(push: PresencePush): void {
    this.emit('presence', push);
  }

  expiring(): void {
    void this.refresh();
  }

  since(target: string): ChannelPositions {
    return { since: this.feeds.get(target)?.positions() ?? [] };
  }

  // The life of the connection.

  private start(): void {
    if (!this.running && this.current !== 'closed') {
      this.running = true;
      void this.run().finally(() => (this.running = false));
    }
  }

  private async run(): Promise<void> {
    const { clock, backoff } = this.settings;
    for (let attempt = 0; !this.isStopped(); attempt++) {
      await this.network();
      const began = clock.now();
      const end = await this.live();
      if (this.isStopped()) {
        return;
      }
      if (isFinal(end)) {
        this.emit('error', end);
        this.giveUp(end, 'failed');
        return;
      }
      if (clock.now() - began >= STABLE_MILLIS) {
        attempt = 0;
      }
      const atOnce = end.retry !== 'after' && attempt === 0;
      const wait = Math.max(end.retryAfterMillis ?? 0, atOnce ? 0 : backoff(attempt, clock.random()));
      this.enter({ state: 'waiting', error: end, retryInMillis: wait });
      await this.sleep(wait, end.retryAfterMillis === undefined);
    }
  }

  private isStopped(): boolean {
    return this.stop.signal.aborted;
  }

  /** One link, from its opening to its end. */
  private async live(): Promise<BroadcastyError> {
    const { clock, choice } = this.settings;
    const transport = choice.next();
    const began = clock.now();
    let end: BroadcastyError;
    try {
      this.enter({ state: 'connecting' });
      const link = await transport.open(this.settings, await this.token(), this);
      if (this.isStopped()) {
        link.close();
        return await link.ended;
      }
      this.use(link, link.carrier ?? transport.name);
      end = await link.ended;
    } catch (failed) {
      end = asError(failed);
    }
    this.link = undefined;
    if ((end.code === 'unreachable' || end.code === 'timeout') && clock.now() - began < STABLE_MILLIS) {
      await choice.failed(transport);
    } else {
      choice.worked(transport);
    }
    return end;
  }

  private use(link: Link, transport: 'ws' | 'sse'): void {
    this.link = link;
    for (const feed of this.feeds.values()) {
      if (!feed.paused || feed.hasRoom()) {
        void this.join(feed, link);
      }
    }
    this.enter({ state: 'connected', transport });
    this.waiters.splice(0).forEach(({ resolve }) => resolve(link));
  }

  private async join(feed: Feed, link: Link): Promise<void> {
    const since = feed.since();
    try {
      await link.subscribe(feed.target, since, (result) => {
        feed.subscribed(result, since);
        for (const other of this.feeds.values()) {
          if (other !== feed) {
            feed.learn(other.positions());
          }
        }
        feed.readers.forEach((reader) => reader.joined(result));
      });
    } catch (thrown) {
      const error = asError(thrown);
      if (link !== this.link || this.feeds.get(feed.target) !== feed || error.code === 'unreachable') {
        return; // the next link will ask again
      }
      if (error.retry === 'no') {
        this.end(feed, error);
        return;
      }
      await pause(this.settings.clock, error.retryAfterMillis ?? 1000, this.stop.signal);
      if (link === this.link && this.feeds.get(feed.target) === feed) {
        await this.join(feed, link);
      }
    }
  }

  private hand(feed: Feed, publication: Publication): void {
    if (feed.paused || !feed.begun) {
      return; // of a subscription before this one, that is on its way out
    }
    const verdict = feed.accept(publication);
    if (verdict === 'full') {
      feed.paused = true;
      this.link?.unsubscribe(feed.target).catch(() => undefined);
    } else if (verdict === 'gap') {
      this.link?.close(); // the next one goes on after what was seen
    }
  }

  /** Before the token ends; a refusal leaves it to the end of the link, which brings the next token. */
  private async refresh(): Promise<void> {
    const { link } = this;
    while (link && link === this.link) {
      try {
        await link.refresh(await this.token());
        return;
      } catch (error) {
        this.emit('error', asError(error));
        await pause(this.settings.clock, REFRESH_RETRY_MILLIS, this.stop.signal);
      }
    }
  }

  private end(feed: Feed, error: BroadcastyError): void {
    this.feeds.delete(feed.target);
    this.patterns.delete(feed);
    [...feed.readers].forEach((reader) => reader.fail(error));
  }

  private giveUp(error: BroadcastyError, state: 'failed' | 'closed'): void {
    this.enter(state === 'failed' ? { state, error } : { state });
    this.waiters.splice(0).forEach(({ reject }) => reject(error));
    [...this.feeds.values()].forEach((feed) => this.end(feed, error));
  }

  private async network(): Promise<void> {
    while (!this.settings.surroundings.isOnline() && !this.isStopped()) {
      this.enter({ state: 'offline' });
      await this.sleep(OFFLINE_MILLIS, true);
    }
  }

  /** @param light whether a change of the surroundings ends it */
  private async sleep(millis: number, light: boolean): Promise<void> {
    this.nap = new AbortController();
    await pause(this.settings.clock, millis, light ? this.nap.signal : this.stop.signal);
  }

  private enter(to: ConnectionEvents['state']): void {
    if (this.current !== 'closed') {
      this.current = to.state;
      this.lastError = to.error ?? (to.state === 'connecting' ? this.lastError : undefined);
      this.emit('state', to);
    }
  }
}

/**
 * Whether coming back is no use. A token that ended is followed by the next one; a message that was too large is refused to
 * whoever sent it, and the connection comes back without it.
 */
function isFinal({ code, retry }: BroadcastyError): boolean {
  return retry === 'no' && code !== 'token_expired' && code !== 'payload_too_large' && code !== 'closed';
}
