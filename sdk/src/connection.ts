import type { Backoff } from './backoff.js';
import { isPattern, matches } from './channels.js';
import { delay } from './clock.js';
import { toError, BroadcastyError, closed, isDown, isFinal } from './errors.js';
import { Emitter } from './emitter.js';
import { earliest, OrderedStream } from './ordered-stream.js';
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

/** A subscribed channel or pattern, with one stream for each of its readers. */
interface Target {
  readonly name: string;
  readonly streams: Set<OrderedStream>;
  /** Identifies the latest subscription on the current session. */
  subscription?: object | undefined;
  /** Whether it is subscribed in this turn of the event loop, for all that ask for it. */
  scheduled?: boolean;
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
  /** The last state with its details. */
  status: ConnectionEvents['state'] = { state: 'idle' };
  private session: Session | undefined;
  private running = false;
  private readonly targets = new Map<string, Target>();
  private readonly patterns = new Set<Target>();
  private waiters: { resolve: (session: Session) => void; reject: (error: BroadcastyError) => void }[] = [];
  /** Ends the delay before the next attempt. */
  private interrupt = new AbortController();
  private readonly unlisten: () => void;

  constructor(private readonly settings: ConnectionSettings) {
    super();
    this.unlisten = settings.networkMonitor.onChange(() => this.retryNow());
  }

  get state(): ConnectionState {
    return this.status.state;
  }

  /** Returns the open session, or waits for one. Rejects when the connection fails for good. */
  async ready(): Promise<Session> {
    if (this.session) {
      return this.session;
    }
    this.start();
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** Requests the current token from the application. */
  async freshToken(): Promise<string> {
    return (this.lastToken = await requestToken(this.settings.getToken, this.settings));
  }

  /**
   * Adds a reader of a target. Resolves when the server has answered. A reader of new publications
   * joins those that are subscribed; one of earlier ones subscribes the target again, from there.
   */
  async add(reader: Subscription, since: Since): Promise<void> {
    this.start();
    const name = reader.channel;
    const stream = (reader.stream = new OrderedStream(name, since, reader));
    let target = this.targets.get(name);
    if (!target) {
      this.targets.set(name, (target = { name, streams: new Set() }));
      if (isPattern(name)) {
        this.patterns.add(target);
      }
    }
    const other = since ? undefined : [...target.streams].find(({ attached }) => attached);
    target.streams.add(stream);
    if (other) {
      const result = { channel: name, recovered: true, positions: other.positions() };
      stream.adopt(result.positions);
      stream.onSubscribed(result);
      reader.onSubscribed(result);
      return;
    }
    this.schedule(target);
    await new Promise<void>((resolve, reject) => (reader.settle = (error) => (error ? reject(error) : resolve())));
  }

  /** Removes a reader, and ends the subscription of its target with the last one. */
  remove(reader: Subscription): void {
    const target = this.targets.get(reader.channel);
    if (target?.streams.delete(reader.stream as OrderedStream)) {
      if (target.streams.size === 0) {
        this.targets.delete(target.name);
        this.patterns.delete(target);
      }
      this.unsubscribeIdle(target);
    }
  }

  /** Subscribes a target again when a paused reader of it has room. */
  resume(name: string): void {
    const target = this.targets.get(name);
    if (target && [...target.streams].some((stream) => stream.paused && stream.hasRoom())) {
      this.schedule(target);
    }
  }

  /** Connects at once, unless the server requested the delay; checks a connection that is open. */
  retryNow(): void {
    this.interrupt.abort();
    this.session?.check();
  }

  close(): void {
    if (!this.isStopped()) {
      this.settings.clock.stop();
      this.unlisten();
      this.session?.close();
      this.terminate(closed(), 'closed');
    }
  }

  // Events of the session.

  onPublication(publication: Publication): void {
    const ready: OrderedStream[] = [];
    const target = this.targets.get(publication.channel);
    if (target) {
      this.deliver(target, publication, ready);
    }
    for (const pattern of this.patterns) {
      if (matches(pattern.name, publication.channel)) {
        this.deliver(pattern, publication, ready);
      }
    }
    ready.forEach(({ reader }) => reader?.run()); // they may subscribe and close
  }

  onLost(lost: Lost): void {
    for (const stream of this.streams()) {
      if (stream.attached && matches(stream.target, lost.channel)) {
        stream.onLost(lost);
      }
    }
  }

  onUnsubscribed({ channel, code }: Unsubscribed): void {
    const target = this.targets.get(channel);
    if (target) {
      this.endTarget(target, new BroadcastyError(code, `the new token does not allow ${channel}`));
    }
  }

  onPresence(push: PresencePush): void {
    this.emit('presence', push);
  }

  onExpiring(): void {
    void this.refresh();
  }

  since(target: string): SincePositions {
    const starts = [...(this.targets.get(target)?.streams ?? [])].filter(({ attached }) => attached).map((stream) => stream.since());
    return (earliest(target, starts) ?? { since: [] }) as SincePositions;
  }

  // Connecting and reconnecting.

  /** @throws BroadcastyError `closed` */
  private start(): void {
    if (this.settings.clock.stopped) {
      throw closed();
    }
    if (!this.running) {
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
    return this.settings.clock.stopped;
  }

  /** Runs one session until it ends, and returns the reason. */
  private async runSession(): Promise<BroadcastyError> {
    const { clock, selector } = this.settings;
    const transport = selector.next();
    const began = clock.now();
    let end: BroadcastyError;
    try {
      this.setState({ state: 'connecting' });
      const session = await transport.open(this.settings, await this.freshToken(), this);
      if (this.isStopped()) {
        session.close();
      } else {
        this.opened(session, session.transport ?? transport.name);
      }
      end = await session.ended;
    } catch (failed) {
      end = toError(failed);
    }
    this.session = undefined;
    this.targets.forEach((target) => {
      target.subscription = undefined;
      target.streams.forEach((stream) => (stream.attached = false));
    });
    if (isDown(end) && clock.now() - began < STABLE_SESSION_MILLIS) {
      await selector.failed?.(transport);
    } else {
      selector.succeeded?.(transport);
    }
    return end;
  }

  private opened(session: Session, transport: 'ws' | 'sse'): void {
    this.session = session;
    this.targets.forEach((target) => void this.subscribe(target));
    this.setState({ state: 'connected', transport });
    this.waiters.splice(0).forEach(({ resolve }) => resolve(session));
  }

  private streams(): OrderedStream[] {
    return [...this.targets.values()].flatMap(({ streams }) => [...streams]);
  }

  /** Subscribes a target, for all that ask for it in this turn. */
  private schedule(target: Target): void {
    if (!target.scheduled) {
      target.scheduled = true;
      queueMicrotask(() => {
        target.scheduled = false;
        void this.subscribe(target);
      });
    }
  }

  private async subscribe(target: Target): Promise<void> {
    const { session } = this;
    const streams = [...target.streams].filter((stream) => stream.hasRoom());
    if (!session || streams.every(({ attached }) => attached)) {
      return;
    }
    if (target.subscription) {
      session.unsubscribe(target.name).catch(() => undefined);
    }
    const subscription = (target.subscription = {});
    const start = earliest(target.name, streams.map((stream) => stream.since()));
    try {
      await session.subscribe(target.name, start, (result) => {
        if (target.subscription === subscription) {
          const known = this.streams().flatMap((stream) => stream.positions());
          const joining = streams.filter(({ attached }) => !attached);
          joining.forEach((stream) => {
            stream.onSubscribed(result);
            stream.adopt(known);
          });
          joining.forEach(({ reader }) => reader?.onSubscribed(result));
        }
      });
    } catch (thrown) {
      const error = toError(thrown);
      if (target.subscription !== subscription || error.code === 'unreachable') {
        return; // the next session subscribes again
      }
      target.subscription = undefined;
      if (error.retry === 'no') {
        const refused = [...target.streams].filter(({ attached }) => !attached);
        refused.forEach(({ reader }) => reader?.fail(error));
        target.streams.forEach((stream) => (stream.attached = false));
      } else {
        await delay(this.settings.clock, error.retryAfterMillis ?? 1000);
      }
      await this.subscribe(target);
    }
  }

  private deliver(target: Target, publication: Publication, ready: OrderedStream[]): void {
    for (const stream of target.streams) {
      const result = stream.attached && stream.deliver(publication);
      if (result === 'delivered') {
        ready.push(stream);
      } else if (result === 'full') {
        stream.attached = false;
        stream.paused = true;
        this.unsubscribeIdle(target);
      } else if (result === 'gap') {
        this.session?.close(); // the next session resumes after the last position
      }
    }
  }

  private unsubscribeIdle(target: Target): void {
    if (target.subscription && [...target.streams].every(({ paused }) => paused)) {
      target.subscription = undefined;
      this.session?.unsubscribe(target.name).catch(() => undefined);
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
        await session.refresh(await this.freshToken());
        return;
      } catch (error) {
        this.emit('error', toError(error));
        await delay(this.settings.clock, TOKEN_RETRY_MILLIS);
      }
    }
  }

  private endTarget(target: Target, error: BroadcastyError): void {
    this.targets.delete(target.name);
    this.patterns.delete(target);
    [...target.streams].forEach(({ reader }) => reader?.fail(error));
  }

  private terminate(error: BroadcastyError, state: 'failed' | 'closed'): void {
    this.setState(state === 'failed' ? { state, error } : { state });
    this.waiters.splice(0).forEach(({ reject }) => reject(error));
    [...this.targets.values()].forEach((target) => this.endTarget(target, error));
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
    await delay(this.settings.clock, millis, interruptible ? this.interrupt.signal : undefined);
  }

  private setState(to: ConnectionEvents['state']): void {
    if (this.state !== 'closed') {
      this.status = to;
      this.lastError = to.error ?? (to.state === 'connecting' ? this.lastError : undefined);
      this.emit('state', to);
    }
  }
}
