import type { Clock } from '../clock.js';
import { newId } from '../core.js';
import { BroadcastyError, closed } from '../errors.js';
import { parseClaims } from '../token.js';
import type { Session, SessionListener, SessionSettings, Transport } from '../transport/transport.js';
import { TabHub } from './tab-hub.js';
import { leaderChanged, TabSession } from './tab-session.js';
import type { TabMessage } from './messages.js';

/** How long the leading tab may leave a join request unanswered before another tab takes over. */
const JOIN_TIMEOUT_MILLIS = 5000;

/** The part of `LockManager` that a group needs. */
export interface TabLocks {
  /**
   * Requests a lock as Web Locks do: it is held until the promise of `whileHeld` settles, or until
   * the page is closed.
   */
  request(name: string, options: { steal?: boolean; signal?: AbortSignal }, whileHeld: () => Promise<void>): Promise<unknown>;
}

/** The part of `BroadcastChannel` that a group needs. */
export interface TabChannel {
  /** Sends a message to every other tab. */
  postMessage(message: unknown): void;
  /** Closes the channel in both directions. */
  close(): void;
  /** Receives the messages of other tabs. */
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** The browser interfaces that the tabs of one origin share. */
export interface TabEnvironment {
  /** The locks of the origin; the browser releases those of a tab that is closed. */
  locks: TabLocks;
  /** Opens a channel by its name, which is the same for all tabs. */
  open(name: string): TabChannel;
}

/** A session that waits to join the leading tab’s connection. */
interface JoinRequest {
  id: string;
  answered: boolean;
  retry: () => void;
  accept: (joined: (TabMessage & { type: 'joined' }) | undefined) => void;
  reject: (error: BroadcastyError) => void;
}

/**
 * The tabs of one origin that use one server with the same rights. The tab with the group’s lock is
 * the leader and holds the connection; the browser passes the lock on when that tab is closed.
 */
export class TabGroup {
  private readonly channel: TabChannel;
  private readonly stop = new AbortController();
  private lockRequest = new AbortController();
  private holdsLock = false;
  /** Whether the channel is closed. */
  private channelClosed = false;
  private releaseLock: () => void = () => undefined;
  private hub: TabHub | undefined;
  private serverSession: Session | undefined;
  private transport: 'ws' | 'sse' = 'ws';
  private session: TabSession | undefined;
  private listener: SessionListener | undefined;
  private joinRequest: JoinRequest | undefined;

  constructor(
    readonly name: string,
    private readonly environment: TabEnvironment,
    private readonly clock: Clock,
  ) {
    this.channel = environment.open(name);
    this.channel.onmessage = ({ data }) => this.receive(data as TabMessage);
    this.requestLeadership();
  }

  /** Opens a session on the connection of the leading tab, which may be this one. */
  async open(transport: Transport, settings: SessionSettings, token: string, listener: SessionListener): Promise<Session> {
    for (;;) {
      if (this.ended) {
        throw closed();
      }
      if (this.holdsLock) {
        await this.connect(transport, settings, token);
        const { hub, serverSession } = this;
        if (hub && serverSession && this.isLeading()) {
          const id = newId();
          hub.addSession(id);
          return this.openSession(id, hub.id, this.transport, serverSession.window, listener);
        }
      } else {
        const id = newId();
        const releaseLock = await this.holdLock(`${this.name}.${id}`);
        const joined = await (this.isLeading() ? undefined : this.requestJoin(id))?.catch((error: unknown) => {
          releaseLock();
          throw error;
        });
        if (joined) {
          const session = this.openSession(id, joined.hub, joined.transport, joined.window, listener);
          void session.ended.then(releaseLock);
          return session;
        }
        releaseLock();
      }
    }
  }

  /** Whether this tab has left the group. */
  get ended(): boolean {
    return this.stop.signal.aborted;
  }

  /** Leaves the group. */
  leave(): void {
    if (!this.ended) {
      this.stop.abort();
      this.lockRequest.abort();
      this.joinRequest?.reject(closed());
      this.disconnect(leaderChanged());
      this.session?.finish(leaderChanged());
      this.releaseLock();
      this.channel.close();
      this.channelClosed = true;
    }
  }

  // Leadership.

  /** Waits for the group’s lock, or takes it from a leader that does not answer. */
  private requestLeadership(steal = false): void {
    this.lockRequest.abort();
    this.lockRequest = new AbortController();
    const whileHeld = () => {
      this.becomeLeader();
      return new Promise<void>((release) => (this.releaseLock = release));
    };
    this.environment.locks.request(this.name, steal ? { steal } : { signal: this.lockRequest.signal }, whileHeld).catch(() => this.isLeading() && this.loseLeadership());
  }

  private becomeLeader(): void {
    this.holdsLock = true;
    this.post({ type: 'disconnected' });
    this.session?.finish(leaderChanged());
    this.joinRequest?.accept(undefined);
  }

  /** Handles the loss of the lock to another tab, because this one did not answer in time. */
  private loseLeadership(): void {
    this.holdsLock = false;
    this.disconnect(leaderChanged());
    this.requestLeadership();
  }

  // The connection of the leading tab.

  private async connect(transport: Transport, settings: SessionSettings, token: string): Promise<void> {
    if (this.hub) {
      return;
    }
    const hub = new TabHub(
      (message) => this.post(message),
      () => this.listener?.onExpiring(),
    );
    const serverSession = await transport.open(settings, token, hub);
    if (!this.isLeading()) {
      serverSession.close();
      return;
    }
    hub.start(serverSession);
    this.hub = hub;
    this.serverSession = serverSession;
    this.transport = transport.name;
    void serverSession.ended.then((end) => this.hub === hub && this.disconnect(end));
    this.post({ type: 'connected' });
  }

  private isLeading(): boolean {
    return this.holdsLock && !this.ended;
  }

  private disconnect(end: BroadcastyError): void {
    const { serverSession } = this;
    if (serverSession) {
      this.hub = this.serverSession = undefined;
      this.post({ type: 'disconnected' });
      this.session?.finish(end);
      serverSession.close();
    }
  }

  /** Refreshes the token, or leaves the group if the new token has other rights. */
  private async refresh(token: string): Promise<void> {
    if ((await groupName(this.name, token)) !== this.name) {
      this.leave();
    } else {
      await this.hub?.refresh(token);
    }
  }

  // This tab’s session.

  private openSession(id: string, hub: string, transport: 'ws' | 'sse', window: number, listener: SessionListener): TabSession {
    this.listener = listener;
    const session = new TabSession({ id, hub, transport, window, clock: this.clock, listener, post: (message) => this.post(message), refresh: (token) => this.refresh(token) });
    this.session = session;
    return session;
  }

  /**
   * Waits until the leader accepts a session. Resolves with undefined when this tab becomes the
   * leader.
   */
  private requestJoin(id: string): Promise<(TabMessage & { type: 'joined' }) | undefined> {
    return new Promise<(TabMessage & { type: 'joined' }) | undefined>((resolve, reject) => {
      let timer: unknown;
      const retry = () => {
        joinRequest.answered = false;
        this.clock.clearTimeout(timer);
        timer = this.clock.setTimeout(() => {
          if (joinRequest.answered) {
            retry();
          } else {
            this.requestLeadership(true);
          }
        }, JOIN_TIMEOUT_MILLIS);
        this.post({ type: 'join', from: id });
      };
      const end = () => {
        this.joinRequest = undefined;
        this.clock.clearTimeout(timer);
      };
      const joinRequest: JoinRequest = {
        id,
        answered: false,
        retry,
        accept: (joined) => {
          end();
          resolve(joined);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.joinRequest = joinRequest;
      retry();
    });
  }

  /**
   * Holds a lock that shows the other tabs that this one is open. Resolves with a function that
   * releases it.
   */
  private holdLock(name: string): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.environment.locks.request(name, {}, () => new Promise<void>((release) => resolve(() => release()))).catch(reject);
    });
  }

  // Messages.

  private post(message: TabMessage): void {
    if (!this.channelClosed && !this.isPrivate(message)) {
      this.channel.postMessage(message);
    }
    this.receive(message);
  }

  /**
   * Returns whether a message stays in this tab: it is between this tab’s session and its own hub,
   * or the hub has no other session.
   */
  private isPrivate(message: TabMessage): boolean {
    const sessionId = 'to' in message ? message.to : 'from' in message ? message.from : undefined;
    return this.hub !== undefined && (sessionId === undefined ? 'body' in message && this.hub.size === 1 : sessionId === this.session?.id);
  }

  private receive(message: TabMessage): void {
    const { hub, joinRequest, session } = this;
    switch (message.type) {
      case 'join':
        if (this.holdsLock) {
          this.answerJoin(message.from);
        }
        return;
      case 'call':
        if (hub?.id === message.hub) {
          hub.handleCall(message.from, message.id, message);
        }
        return;
      case 'leave':
        hub?.removeSession(message.from);
        return;
      case 'connecting':
        if (joinRequest?.id === message.to) {
          joinRequest.answered = true;
        }
        return;
      case 'joined':
        if (joinRequest?.id === message.to) {
          joinRequest.accept(message);
        }
        return;
      case 'connected':
        joinRequest?.retry();
        return;
      case 'disconnected':
        if (session && !this.holdsLock) {
          session.finish(leaderChanged());
        }
        return;
      case 'result':
        if (session?.id === message.to) {
          session.receive(message);
        }
        return;
      default:
        session?.receive(message);
    }
  }

  private answerJoin(sessionId: string): void {
    const { hub, serverSession } = this;
    if (!hub || !serverSession) {
      this.post({ type: 'connecting', to: sessionId });
      return;
    }
    hub.addSession(sessionId);
    this.post({ type: 'joined', to: sessionId, hub: hub.id, transport: this.transport, window: serverSession.window });
    const onLockReleased = () => {
      hub.removeSession(sessionId);
      return Promise.resolve();
    };
    this.environment.locks.request(`${this.name}.${sessionId}`, { signal: this.stop.signal }, onLockReleased).catch(() => undefined);
  }
}

/**
 * Returns the name of a token’s group at a server. Tokens belong to the same group if they differ
 * only in their id and times.
 *
 * @param base the address of the server, or the name of another group for it
 */
export async function groupName(base: string, token: string): Promise<string> {
  const claims = Object.entries(parseClaims(token) ?? { token }).filter(([claim]) => !['exp', 'iat', 'nbf', 'jti'].includes(claim));
  const text = JSON.stringify(claims.sort(([one], [other]) => (one < other ? -1 : 1)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${base.replace(/#[0-9a-f]{64}$/, '')}#${hex}`;
}
