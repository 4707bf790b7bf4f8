import { ChannelTable, UNDECODABLE } from '../channel-table.js';
import { CLOSE_CODES, RETRIES } from '../codes.js';
import { withTimeout } from '../clock.js';
import type { Clock } from '../clock.js';
import { BroadcastyError, closed, fromServerError, isFinal, timeout, toError, unreachable } from '../errors.js';
import type { Command, Connected, Envelope, MembersPage, Published, Push, Queued, Reply, ServerMessage, Since, Subscribed } from '../wire.js';
import { PendingRequests } from './pending-requests.js';
import type { Session, SessionListener, PublishOutcome, Transport } from './transport.js';

const MAX_COMMANDS = 100;
/** The size at which a frame of commands is split; far below the server’s limit. */
const MAX_FRAME_CHARS = 200_000;
const OPEN = 1;
/** How long the server may take to answer a ping. */
const PING_TIMEOUT_MILLIS = 5000;

/**
 * A session over WebSocket. Commands of the same tick are sent in one frame. Messages are decoded
 * by their shape, so that both protocol versions are understood.
 */
class WebSocketSession implements Session {
  readonly window = 5;
  readonly ended: Promise<BroadcastyError>;
  private setEnd!: (end: BroadcastyError) => void;
  private readonly pending = new PendingRequests();
  private readonly table = new ChannelTable();
  private outgoing: string[] = [];
  private finished = false;
  private endError: BroadcastyError | undefined;
  private receivedAt: number;
  private pingInterval = 25_000;
  private watchdog: unknown;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: SessionListener,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => (this.setEnd = resolve));
    this.receivedAt = clock.now();
    socket.onmessage = ({ data }) => this.receive(data as string);
    socket.onclose = ({ code }) => this.finish(this.endError ?? closeError(code));
    socket.onerror = () => undefined; // a close event follows with the reason
  }

  async connect(token: string): Promise<void> {
    this.pingInterval = (await this.send<Connected>({ command: 'connect', token })).pingInterval;
    this.watch();
  }

  subscribe(channel: string, since: Since, accepted: (result: Subscribed) => void): Promise<unknown> {
    return this.send<Subscribed>({ command: 'subscribe', channel, ...since }, (result) => {
      this.table.update(channel, result.positions, result.number);
      accepted(result);
    });
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.send({ command: 'unsubscribe', channel });
  }

  publish(envelopes: readonly Envelope[]): Promise<PublishOutcome[]> {
    return Promise.all(
      envelopes.map(({ id, ...rest }) => this.send<Published | Queued>({ command: 'publish', publicationId: id, ...rest }).catch(toError)),
    );
  }

  refresh(token: string): Promise<unknown> {
    return this.send({ command: 'refresh', token });
  }

  presence(channel: string): Promise<unknown> {
    return this.send<MembersPage>({ command: 'presence', channel }, (page) => this.listener.onPresence({ reset: true, ...page }));
  }

  join(channel: string, member?: Record<string, unknown>): Promise<unknown> {
    return this.send({ command: 'join', channel, member });
  }

  leave(channel: string): Promise<unknown> {
    return this.send({ command: 'leave', channel });
  }

  members(channel: string, after?: string): Promise<MembersPage> {
    return this.send({ command: 'members', channel, after });
  }

  check(): void {
    const asked = this.clock.now();
    if (this.finished) {
      return;
    }
    this.send({ command: 'ping' }).catch(() => undefined);
    this.clock.setTimeout(() => {
      if (this.receivedAt < asked) {
        this.disconnect('the server does not answer');
      }
    }, PING_TIMEOUT_MILLIS);
  }

  close(): void {
    this.finish(closed());
  }

  private disconnect(detail: string): void {
    this.finish(new BroadcastyError('unreachable', detail, 'yes'));
  }

  /** Detects a silent server: browsers answer its pings, but do not report when they stop. */
  private watch(): void {
    this.watchdog = this.clock.setTimeout(() => {
      const silent = this.clock.now() - this.receivedAt;
      if (silent >= this.pingInterval) {
        this.check();
      }
      this.watch();
    }, this.pingInterval);
  }

  private send<T>(command: Command, onResult?: (result: T) => void): Promise<T> {
    return this.pending.send((id) => {
      if (this.outgoing.push(JSON.stringify({ id, ...command })) === 1) {
        queueMicrotask(() => this.flush());
      }
    }, onResult);
  }

  private flush(): void {
    const all = this.outgoing;
    this.outgoing = [];
    if (this.finished || this.socket.readyState !== OPEN) {
      return;
    }
    let from = 0;
    let chars = 0;
    for (let i = 0; i <= all.length; i++) {
      const next = all[i];
      if (next === undefined || i - from === MAX_COMMANDS || (i > from && chars + next.length > MAX_FRAME_CHARS)) {
        const frame = all.slice(from, i);
        this.socket.send(frame.length === 1 ? (frame[0] as string) : `[${frame.join()}]`);
        from = i;
        chars = 0;
      }
      chars += next?.length ?? 0;
    }
  }

  private receive(data: string): void {
    this.receivedAt = this.clock.now();
    let frame: ServerMessage | ServerMessage[];
    try {
      frame = JSON.parse(data) as ServerMessage | ServerMessage[];
    } catch {
      this.disconnect(UNDECODABLE);
      return;
    }
    for (const message of Array.isArray(frame) ? frame : [frame]) {
      this.onMessage(message);
    }
  }

  private onMessage(message: ServerMessage): void {
    if (this.finished) {
      return; // an earlier message of the same frame ended the session
    }
    if ('c' in message) {
      const publication = this.table.expand(message);
      if (publication) {
        this.listener.onPublication(publication);
      } else {
        this.disconnect(UNDECODABLE);
      }
    } else if ('push' in message) {
      this.onPush(message);
    } else {
      this.onReply(message);
    }
  }

  private onPush(push: Push): void {
    const { listener } = this;
    switch (push.push) {
      case 'publication':
        listener.onPublication(push);
        return;
      case 'lost':
        this.table.update(push.channel, [push.resumeFrom]);
        listener.onLost(push);
        return;
      case 'channel':
        this.table.update(push.channel, [push]);
        return;
      case 'presence':
      case 'left':
      case 'unwatched':
        listener.onPresence(push);
        return;
      case 'unsubscribed':
        listener.onUnsubscribed(push);
        return;
      case 'expiring':
        listener.onExpiring();
        return;
      case 'end':
        this.endError = fromServerError(push);
    }
  }

  private onReply({ reply, error, result }: Reply): void {
    this.pending.settle(reply as number, error && fromServerError(error), result);
  }

  private finish(end: BroadcastyError): void {
    if (this.finished) {
      return;
    }
    this.finished = true;
    this.clock.clearTimeout(this.watchdog);
    this.socket.onmessage = this.socket.onclose = null;
    try {
      this.socket.close(1000);
    } catch {
      // already closed
    }
    this.pending.fail(isFinal(end) ? end : undefined);
    this.setEnd(end);
  }
}

/** Creates the error for a close code; an unknown code means that the connection broke. */
function closeError(close: number): BroadcastyError {
  const code = CLOSE_CODES[close];
  return new BroadcastyError(code ?? 'unreachable', `connection closed with code ${close}`, code ? RETRIES[code] : 'yes');
}

export const webSocketTransport: Transport = {
  name: 'ws',
  async open(settings, token, listener) {
    const { WebSocket: Socket, clock, connectTimeoutMs, protocol, include } = settings;
    if (!Socket) {
      throw new BroadcastyError('no_websocket', 'no WebSocket in this runtime; pass one, or use transport: "sse"');
    }
    const offers = ['broadcasty.v2', 'broadcasty.v1'].slice(protocol === 'v1' ? 1 : 0);
    const socket = new Socket(`${settings.baseUrl.replace(/^http/, 'ws')}/broadcasty/ws${include && `?include=${include}`}`, offers);
    const session = new WebSocketSession(socket, listener, clock);
    const opened = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      void session.ended.then(() => reject(unreachable('cannot open a WebSocket')));
    });
    const connected = opened.then(() => session.connect(token));
    try {
      await withTimeout(clock, connected, connectTimeoutMs, () => timeout('connecting', connectTimeoutMs));
      return session;
    } catch (error) {
      session.close();
      throw toError(error);
    }
  },
};
