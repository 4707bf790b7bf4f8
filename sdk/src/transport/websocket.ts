import { ChannelTable, UNDECODABLE } from '../channel-table.js';
import { withTimeout } from '../clock.js';
import type { Clock } from '../clock.js';
import { reportUncaught } from '../emitter.js';
import { BroadcastyError, closed, fromServerError, isFinal, timeout, toError, unreachable } from '../errors.js';
import type { Command, Connected, EncodedEnvelope, Published, Push, Queued, Reply, ServerMessage, Since, Subscribed } from '../wire.js';
import { PendingRequests } from './pending-requests.js';
import type { Session, SessionListener, PublishOutcome, Transport } from './transport.js';

const MAX_COMMANDS = 100;
/** The size at which a frame of commands is split; far below the server’s limit. */
const MAX_FRAME_CHARS = 200_000;
const OPEN = 1;
/** The close code of RFC 6455 for a message that is too long. */
const TOO_BIG = 1009;
/** How long the server may take to answer a ping. */
const PING_TIMEOUT_MILLIS = 5000;

interface OutgoingCommand {
  id: number;
  text: string;
}

/**
 * A session over WebSocket. Commands of the same tick are sent in one frame. Messages are decoded
 * by their shape, so that both protocol versions are understood.
 */
export class WebSocketSession implements Session {
  readonly window = 5;
  readonly ended: Promise<BroadcastyError>;
  private setEnd!: (end: BroadcastyError) => void;
  private readonly pending = new PendingRequests();
  private readonly table = new ChannelTable();
  private outgoing: OutgoingCommand[] = [];
  /** The frames that were sent; answered ones are removed. The server answers in their order. */
  private frames: OutgoingCommand[][] = [];
  private finished = false;
  private endError: BroadcastyError | undefined;
  private receivedAt: number;
  private pingInterval = 25_000;
  private watchdog: unknown;

  constructor(
    private readonly socket: WebSocket,
    protected readonly listener: SessionListener,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => (this.setEnd = resolve));
    this.receivedAt = clock.now();
    socket.onmessage = ({ data }) => this.receive(data as string);
    socket.onclose = ({ code }) => this.finish(this.endError ?? closeError(code));
    socket.onerror = () => undefined; // a close event follows with the reason
  }

  async connect(token: string): Promise<void> {
    this.pingInterval = (await this.sendCommand<Connected>({ command: 'connect', token })).pingInterval;
    this.watch();
  }

  subscribe(channel: string, since: Since, accepted: (result: Subscribed) => void): Promise<unknown> {
    return this.sendCommand<Subscribed>({ command: 'subscribe', channel, ...since }, (result) => {
      this.table.update(channel, result.positions, result.number);
      accepted(result);
    });
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.sendCommand({ command: 'unsubscribe', channel });
  }

  publish(envelopes: readonly EncodedEnvelope[]): Promise<PublishOutcome[]> {
    return Promise.all(envelopes.map(({ json }) => this.sendText<Published | Queued>(`"command":"publish","publicationId":${json.slice(6)}`).catch(toError)));
  }

  refresh(token: string): Promise<unknown> {
    return this.sendCommand({ command: 'refresh', token });
  }

  check(): void {
    const asked = this.clock.now();
    if (this.finished) {
      return;
    }
    this.sendCommand({ command: 'ping' }).catch(() => undefined);
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

  protected sendCommand<T>(command: Command, onResult?: (result: T) => void): Promise<T> {
    return this.sendText(JSON.stringify(command).slice(1), onResult);
  }

  /** @param fields the JSON of a command without its beginning */
  private sendText<T>(fields: string, onResult?: (result: T) => void): Promise<T> {
    return this.pending.send((id) => {
      if (this.outgoing.push({ id, text: `{"id":${id},${fields}` }) === 1) {
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
      const next = all[i]?.text;
      if (next === undefined || i - from === MAX_COMMANDS || (i > from && chars + next.length > MAX_FRAME_CHARS)) {
        this.transmit(all.slice(from, i));
        from = i;
        chars = 0;
      }
      chars += next?.length ?? 0;
    }
  }

  private transmit(frame: OutgoingCommand[]): void {
    this.unanswered().push(frame);
    const texts = frame.map(({ text }) => text).join();
    this.socket.send(frame[1] ? `[${texts}]` : texts);
  }

  private unanswered(): OutgoingCommand[][] {
    return (this.frames = this.frames.filter((frame) => frame.some(({ id }) => this.pending.has(id))));
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
      try {
        this.onMessage(message);
      } catch (error) {
        reportUncaught(error);
      }
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
    if ('id' in push || 'sequence' in push) { // a publication, an ephemeral one, or the place of a skipped one
      listener.onPublication(push);
      return;
    }
    switch (push.push) {
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
    const failure = error && fromServerError(error);
    if (reply !== null) {
      this.pending.settle(reply as number, failure, result);
      return;
    }
    // answers a whole frame that the server cannot read
    const [frame = []] = this.unanswered();
    if (frame[1] && failure?.retry === 'no') {
      frame.splice(0).forEach((command) => this.transmit([command])); // to find the one that it cannot read
    } else {
      frame.forEach(({ id }) => this.pending.settle(id, failure));
    }
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
    const tooLarge = end.code === 'payload_too_large';
    if (tooLarge) {
      const [longest] = this.unanswered().flat().sort((one, other) => other.text.length - one.text.length);
      this.pending.settle(longest?.id, end);
    }
    this.pending.fail(isFinal(end) && !tooLarge ? end : undefined); // the others are sent again
    this.setEnd(end);
  }
}

/** Creates the error for a close frame without an `end` before it. */
function closeError(close: number): BroadcastyError {
  const large = close === TOO_BIG;
  return new BroadcastyError(large ? 'payload_too_large' : 'unreachable', `connection closed with code ${close}`, large ? 'no' : 'yes');
}

/** Creates a transport with sessions of a class. */
export const webSocketTransportOf = (Session: typeof WebSocketSession): Transport => ({
  name: 'ws',
  async open(settings, token, listener) {
    const { WebSocket: Socket, clock, connectTimeoutMs, protocol, include } = settings;
    if (!Socket) {
      throw new BroadcastyError('no_websocket', 'no WebSocket in this runtime; pass one, or use transport: "sse"');
    }
    const offers = ['broadcasty.v2', 'broadcasty.v1'].slice(protocol === 'v1' ? 1 : 0);
    const socket = new Socket(`${settings.baseUrl.replace(/^http/, 'ws')}/broadcasty/ws${include && `?include=${include}`}`, offers);
    const session = new Session(socket, listener, clock);
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
});

/** The transport of the core client. */
export const webSocketTransport = webSocketTransportOf(WebSocketSession);
