import { ChannelTable, UNREADABLE } from '../channel-table.js';
import { CLOSE_CODES } from '../codes.js';
import { within } from '../clock.js';
import type { Clock } from '../clock.js';
import { asError, BroadcastyError, ending, refusal, timeout, unreachable } from '../errors.js';
import type { Command, Connected, Envelope, MembersPage, Published, Push, Queued, Reply, ServerMessage, Since, Subscribed } from '../wire.js';
import { Pending } from './pending.js';
import type { Link, LinkListener, Outcome, Transport } from './transport.js';

const MAX_COMMANDS = 100;
/** A frame of many commands is cut here; far below what a server takes. */
const MAX_FRAME_CHARS = 200_000;
const OPEN = 1;
/** How long a link may be silent after it was asked for a sign of life. */
const PATIENCE_MILLIS = 5000;

/**
 * The native protocol over WebSocket. Commands of one moment go out in one frame. What comes is read by its form, so that it does not
 * matter which of the offered versions the server has chosen.
 */
class WebSocketLink implements Link {
  readonly window = 5;
  readonly ended: Promise<BroadcastyError>;
  private end!: (end: BroadcastyError) => void;
  private readonly pending = new Pending();
  private readonly table = new ChannelTable();
  private outgoing: string[] = [];
  private over = false;
  private announced: BroadcastyError | undefined;
  private heardAt: number;
  private pingInterval = 25_000;
  private watchdog: unknown;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: LinkListener,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.heardAt = clock.now();
    socket.onmessage = ({ data }) => this.receive(data as string);
    socket.onclose = ({ code }) => this.finish(this.announced ?? endOf(code));
    socket.onerror = () => undefined; // a close follows, and says more
  }

  async connect(token: string): Promise<void> {
    this.pingInterval = (await this.send<Connected>({ command: 'connect', token })).pingInterval;
    this.guard();
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

  publish(envelopes: readonly Envelope[]): Promise<Outcome[]> {
    return Promise.all(
      envelopes.map(({ id, ...rest }) => this.send<Published | Queued>({ command: 'publish', publicationId: id, ...rest }).catch(asError)),
    );
  }

  refresh(token: string): Promise<unknown> {
    return this.send({ command: 'refresh', token });
  }

  watch(channel: string): Promise<unknown> {
    return this.send<MembersPage>({ command: 'presence', channel }, (page) => this.listener.presence({ reset: true, ...page }));
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
    if (this.over) {
      return;
    }
    this.send({ command: 'ping' }).catch(() => undefined);
    this.clock.setTimeout(() => {
      if (this.heardAt < asked) {
        this.cut('the server gives no sign of life');
      }
    }, PATIENCE_MILLIS);
  }

  close(): void {
    this.finish(new BroadcastyError('closed', 'closed by this client'));
  }

  private cut(detail: string): void {
    this.finish(new BroadcastyError('unreachable', detail, 'yes'));
  }

  /** Browsers answer the server’s pings by themselves, but do not say when they stop coming. */
  private guard(): void {
    this.watchdog = this.clock.setTimeout(() => {
      const silent = this.clock.now() - this.heardAt;
      if (silent >= this.pingInterval) {
        this.check();
      }
      this.guard();
    }, this.pingInterval);
  }

  private send<T>(command: Command, first?: (result: T) => void): Promise<T> {
    return this.pending.ask((id) => {
      if (this.outgoing.push(JSON.stringify({ id, ...command })) === 1) {
        queueMicrotask(() => this.flush());
      }
    }, first);
  }

  private flush(): void {
    const all = this.outgoing;
    this.outgoing = [];
    if (this.over || this.socket.readyState !== OPEN) {
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
    this.heardAt = this.clock.now();
    let frame: ServerMessage | ServerMessage[];
    try {
      frame = JSON.parse(data) as ServerMessage | ServerMessage[];
    } catch {
      this.cut(UNREADABLE);
      return;
    }
    for (const message of Array.isArray(frame) ? frame : [frame]) {
      this.message(message);
    }
  }

  private message(message: ServerMessage): void {
    if (this.over) {
      return; // ended by a message before it in the same frame
    }
    if ('c' in message) {
      const publication = this.table.expand(message);
      if (publication) {
        this.listener.publication(publication);
      } else {
        this.cut(UNREADABLE);
      }
    } else if ('push' in message) {
      this.push(message);
    } else {
      this.reply(message);
    }
  }

  private push(push: Push): void {
    const { listener } = this;
    switch (push.push) {
      case 'publication':
        listener.publication(push);
        return;
      case 'lost':
        this.table.update(push.channel, [push.resumeFrom]);
        listener.lost(push);
        return;
      case 'channel':
        this.table.update(push.channel, [push]);
        return;
      case 'presence':
        listener.presence(push);
        return;
      case 'unsubscribed':
        listener.unsubscribed(push);
        return;
      case 'expiring':
        listener.expiring();
        return;
      case 'end':
        this.announced = ending(push);
    }
  }

  private reply({ reply, error, result }: Reply): void {
    this.pending.settle(reply as number, error && refusal(error), result);
  }

  private finish(end: BroadcastyError): void {
    if (this.over) {
      return;
    }
    this.over = true;
    this.clock.clearTimeout(this.watchdog);
    this.socket.onmessage = this.socket.onclose = null;
    try {
      this.socket.close(1000);
    } catch {
      // closed already
    }
    const final = end.retry === 'no' && end.code !== 'token_expired' && end.code !== 'closed';
    this.pending.end(final ? end : undefined);
    this.end(end);
  }
}

/** What a close says by its number alone; what the table does not know is a broken line. */
function endOf(close: number): BroadcastyError {
  const [code, retry] = CLOSE_CODES[close] ?? (['unreachable', 'yes'] as const);
  return new BroadcastyError(code, `the connection was closed with ${close}`, retry);
}

export const webSocketTransport: Transport = {
  name: 'ws',
  async open(settings, token, listener) {
    const { WebSocket: Socket, clock, connectTimeoutMs, protocol, include } = settings;
    if (!Socket) {
      throw new BroadcastyError('no_websocket', 'no WebSocket here; give the option WebSocket, or use transport: "sse"');
    }
    const offers = ['broadcasty.v2', 'broadcasty.v1'].slice(protocol === 'v1' ? 1 : 0);
    const socket = new Socket(`${settings.baseUrl.replace(/^http/, 'ws')}/broadcasty/ws${include && `?include=${include}`}`, offers);
    const link = new WebSocketLink(socket, listener, clock);
    const opened = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      void link.ended.then(() => reject(unreachable('no WebSocket could be opened')));
    });
    const connected = opened.then(() => link.connect(token));
    try {
      await within(clock, connected, connectTimeoutMs, () => timeout('connecting', connectTimeoutMs));
      return link;
    } catch (error) {
      link.close();
      throw asError(error);
    }
  },
};
