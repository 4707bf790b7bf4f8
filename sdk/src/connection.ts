import type { Backoff } from './backoff.js';
import { isPattern, matches } from './channels.js';
import { delay } from './clock.js';
import { toError, BroadcastyError, closed, isFinal } from './errors.js';
import { Emitter } from './emitter.js';
import { OrderedStream } from './ordered-stream.js';
import type { NetworkMonitor } from './network-monitor.js';
import type { Refused } from './offline.js';
import type { Subscription } from './subscription.js';
import { requestToken } from './token.js';
import type { GetToken } from './token.js';
import type { TransportSelector } from './transport/transport-selector.js';
import type { Session, SessionListener, SessionSettings, SincePositions } from './transport/transport.js';
import type { Lost, PresencePush, Publication, Published, Queued, Since, Unsubscribed } from './wire.js';

/**
 * The state of a client’s connection.
 *
 * - `idle`: nothing has been requested yet
 * - `connecting`: an attempt is in progress
 * - `connected`: the connection is open
 * - `waiting`: the next attempt follows after a delay
 * - `offline`: the device has no network; the next attempt follows when it returns
 * - `failed`: the server rejected this client; the next request tries again
 * - `closed`: the client was closed and cannot be used again
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'offline' | 'failed' | 'closed';

/** The events of a client. */
export interface ConnectionEvents {
  /** The state has changed. */
  state: {
    state: ConnectionState;
    /** The transport of the connection, when it is `connected`. */
    transport?: 'ws' | 'sse';
    /** The reason why the connection is `waiting` or `failed`. */
    error?: BroadcastyError;
    /** The delay before the next attempt, when the connection is `waiting`. */
    retryInMillis?: number;
  };
  /**
   * An error that no call reports: a token that cannot be fetched, or a connection that failed for
   * good.
   */
  error: BroadcastyError;
  /** A queued publication was published, or queued by the server. */
  sent: Published | Queued;
  /** The server rejected a queued publication for good. */
  refused: Refused;
}

interface ConnectionSettings extends SessionSettings {
  readonly getToken: GetToken;
  readonly selector: TransportSelector;
  readonly backoff: Backoff;
  readonly networkMonitor: NetworkMonitor;
}

/** A session that lasts this long resets the backoff. */
const STABLE_SESSION_MILLIS = 10_000;
/**
 * How often the network is checked while offline, in case the device does not report that it is
 * back.
 */
const OFFLINE_CHECK_MILLIS = 30_000;
/** The delay between attempts to refresh a token that is about to expire. */
const TOKEN_RETRY_MILLIS = 3000;

/**
 * The connection of a client: opens a new session when one ends, as long as something is subscribed
 * or requested, and resumes every stream on it.
 */
export class Connection extends Emitter<ConnectionEvents & { presence: PresencePush }> implements SessionListener {
  /** The reason why there is no connection now. */
  lastError: BroadcastyError | undefined;
  /** The last token from the application; it may have expired. */
  lastToken: string | undefined;
  /** The number of views that joined each channel; the channel is left when the last one closes. */
  readonly joined = new Map<string, number>();
  private current: ConnectionState = 'idle';
  private session: Session | undefined;
  private running = false;
  private readonly streams = new Map<string, OrderedStream>();
  private readonly patterns = new Set<OrderedStream>();
  private waiters: { resolve: (session: Session) => void; reject: (error: BroadcastyError) => void }[] = [];
  private readonly stop = new AbortController();
  private interrupt = new AbortController();
  private readonly unlisten: () => void;

  constructor(private readonly settings: ConnectionSettings) {
    super();
    this.unlisten = settings.networkMonitor.onChange(() => {
      this.interrupt.abort();
      this.session?.check();
    });
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Returns the open session, or waits for one. Rejects when the connection fails for good. */
  async ready(): Promise<Session> {
    if (this.session) {
      return this.session;
    }
    if (this.current === 'closed') {
      throw closed();
    }
    this.start();
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** Requests the current token from the application. */
  async token(): Promise<string> {
    return (this.lastToken = await requestToken(this.settings.getToken));
  }

  /**
   * Adds a reader to the stream of its target, and creates the stream if there is none. Resolves
   * when the server has answered.
   */
  async add(reader: Subscription, since: Since): Promise<void> {
    const target = reader.channel;
    let stream = this.streams.get(target);
    if (stream && since !== undefined) {
      throw new BroadcastyError('overlapping_subscription', `${target} is subscribed to already; request its past with the first one or by replay()`);
    }
    const isNew = stream === undefined;
    stream ??= new OrderedStream(target, since);
    stream.readers.add(reader);
    reader.stream = stream;
    if (isNew) {
      this.streams.set(target, stream);
      if (isPattern(target)) {
        this.patterns.add(stream);
      }
      if (this.session) {
        void this.subscribe(stream, this.session);
      }
    }
    this.start();
    if (!stream.joined) {
      await new Promise<void>((resolve, reject) => {
        reader.on('subscribed', () => resolve());
        reader.on('error', (error) => error.code !== 'handler_failed' && reject(error));
        reader.on('closed', () => reject(new BroadcastyError('closed', 'closed before the server answered')));
      });
    }
  }

  /** Removes a reader, and ends the stream of its target with the last one. */
  remove(reader: Subscription): void {
    const stream = this.streams.get(reader.channel);
    if (stream?.readers.delete(reader)) {
      if (stream.readers.size === 0) {
        this.streams.delete(stream.target);
        this.patterns.delete(stream);
        if (!stream.paused) {
          this.session?.unsubscribe(stream.target).catch(() => undefined);
        }
      } else {
        this.resume(stream.target);
      }
    }
  }

  /** Resubscribes a paused stream from its last position when its readers have room again. */
  resume(target: string): void {
    const stream = this.streams.get(target);
    if (stream?.paused && this.session && stream.hasRoom()) {
      void this.subscribe(stream, this.session);
    }
  }

  close(): void {
    if (this.current !== 'closed') {
      this.stop.abort();
      this.interrupt.abort();
      this.unlisten();
      this.session?.close();
      this.terminate(closed(), 'closed');
    }
  }

  // Events of the session.

  onPublication(publication: Publication): void {
    const stream = this.streams.get(publication.channel);
    if (stream) {
      this.deliver(stream, publication);
    }
    for (const pattern of this.patterns) {
      if (matches(pattern.target, publication.channel)) {
        this.deliver(pattern, publication);
      }
    }
  }

  onLost(lost: Lost): void {
    for (const stream of this.streams.values()) {
      if (stream.joined && !stream.paused && matches(stream.target, lost.channel)) {
        stream.onLost(lost);
      }
    }
  }

  onUnsubscribed({ channel, code }: Unsubscribed): void {
    const stream = this.streams.get(channel);
    if (stream) {
      this.endStream(stream, new BroadcastyError(code, `the new token does not allow ${channel}`));
    }
  }

  onPresence(push: PresencePush): void {
    this.emit('presence', push);
  }

  onExpiring(): void {
    void this.refresh();
  }

  since(target: string): SincePositions {
    return { since: this.streams.get(target)?.positions() ?? [] };
  }

  // Connecting and reconnecting.

  private start(): void {
    if (!this.running && this.current !== 'closed') {
      this.running = true;
      void this.run().finally(() => (this.running = false));
    }
  }

  private async run(): Promise<void> {
    const { clock, backoff } = this.settings;
    for (let attempt = 0; !this.isStopped(); attempt++) {
      await this.online();
      const began = clock.now();
      const end = await this.runSession();
      if (this.isStopped()) {
        return;
      }
      // After payload_too_large only the sender gets the error; the streams resume without it.
      if (isFinal(end) && end.code !== 'payload_too_large') {
        this.emit('error', end);
        this.terminate(end, 'failed');
        return;
      }
      if (clock.now() - began >= STABLE_SESSION_MILLIS) {
        attempt = 0;
      }
      const atOnce = end.retry !== 'after' && attempt === 0;
      const wait = Math.max(end.retryAfterMillis ?? 0, atOnce ? 0 : backoff(attempt, clock.random()));
      this.setState({ state: 'waiting', error: end, retryInMillis: wait });
      await this.backOff(wait, end.retryAfterMillis === undefined);
    }
  }

  private isStopped(): boolean {
    return this.stop.signal.aborted;
  }

  /** Runs one session until it ends, and returns the reason. */
  private async runSession(): Promise<BroadcastyError> {
    const { clock, selector } = this.settings;
    const transport = selector.next();
    const began = clock.now();
    let end: BroadcastyError;
    try {
      this.setState({ state: 'connecting' });
      const session = await transport.open(this.settings, await this.token(), this);
      if (this.isStopped()) {
        session.close();
        return await session.ended;
      }
      this.opened(session, session.transport ?? transport.name);
      end = await session.ended;
    } catch (failed) {
      end = toError(failed);
    }
    this.session = undefined;
    if ((end.code === 'unreachable' || end.code === 'timeout') && clock.now() - began < STABLE_SESSION_MILLIS) {
      await selector.failed(transport);
    } else {
      selector.succeeded(transport);
    }
    return end;
  }

  private opened(session: Session, transport: 'ws' | 'sse'): void {
    this.session = session;
    for (const stream of this.streams.values()) {
      if (!stream.paused || stream.hasRoom()) {
        void this.subscribe(stream, session);
      }
    }
    this.setState({ state: 'connected', transport });
    this.waiters.splice(0).forEach(({ resolve }) => resolve(session));
  }

  private async subscribe(stream: OrderedStream, session: Session): Promise<void> {
    const since = stream.since();
    try {
      await session.subscribe(stream.target, since, (result) => {
        stream.onSubscribed(result, since);
        for (const other of this.streams.values()) {
          if (other !== stream) {
            stream.adopt(other.positions());
          }
        }
        stream.readers.forEach((reader) => reader.onSubscribed(result));
      });
    } catch (thrown) {
      const error = toError(thrown);
      if (session !== this.session || this.streams.get(stream.target) !== stream || error.code === 'unreachable') {
        return; // the next session subscribes again
      }
      if (error.retry === 'no') {
        this.endStream(stream, error);
        return;
      }
      await delay(this.settings.clock, error.retryAfterMillis ?? 1000, this.stop.signal);
      if (session === this.session && this.streams.get(stream.target) === stream) {
        await this.subscribe(stream, session);
      }
    }
  }

  private deliver(stream: OrderedStream, publication: Publication): void {
    if (stream.paused || !stream.joined) {
      return; // from an earlier subscription that is being cancelled
    }
    const result = stream.accept(publication);
    if (result === 'full') {
      stream.paused = true;
      this.session?.unsubscribe(stream.target).catch(() => undefined);
    } else if (result === 'gap') {
      this.session?.close(); // the next session resumes after the last position
    }
  }

  /**
   * Refreshes the token before it expires. If the server rejects it, the session ends with it and
   * the next session requests a new one.
   */
  private async refresh(): Promise<void> {
    const { session } = this;
    while (session && session === this.session) {
      try {
        await session.refresh(await this.token());
        return;
      } catch (error) {
        this.emit('error', toError(error));
        await delay(this.settings.clock, TOKEN_RETRY_MILLIS, this.stop.signal);
      }
    }
  }

  private endStream(stream: OrderedStream, error: BroadcastyError): void {
    this.streams.delete(stream.target);
    this.patterns.delete(stream);
    [...stream.readers].forEach((reader) => reader.fail(error));
  }

  private terminate(error: BroadcastyError, state: 'failed' | 'closed'): void {
    this.setState(state === 'failed' ? { state, error } : { state });
    this.waiters.splice(0).forEach(({ reject }) => reject(error));
    [...this.streams.values()].forEach((stream) => this.endStream(stream, error));
  }

  private async online(): Promise<void> {
    while (!this.settings.networkMonitor.isOnline() && !this.isStopped()) {
      this.setState({ state: 'offline' });
      await this.backOff(OFFLINE_CHECK_MILLIS, true);
    }
  }

  /** @param interruptible whether a change of the network ends the delay */
  private async backOff(millis: number, interruptible: boolean): Promise<void> {
    this.interrupt = new AbortController();
    await delay(this.settings.clock, millis, interruptible ? this.interrupt.signal : this.stop.signal);
  }

  private setState(to: ConnectionEvents['state']): void {
    if (this.current !== 'closed') {
      this.current = to.state;
      this.lastError = to.error ?? (to.state === 'connecting' ? this.lastError : undefined);
      this.emit('state', to);
    }
  }
}
