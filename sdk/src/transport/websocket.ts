import { CLOSE_CODES } from '../codes.js';
import { within } from '../clock.js';
import { asError, BroadcastyError, refusal, timeout, unreachable } from '../errors.js';
import { PROTOCOL_VERSION, SUBPROTOCOL } from '../wire.js';
import type { Command, Connected, Envelope, Member, MembersPage, Published, Push, Queued, Reply, ServerFrame, Since, Subscribed, WireError } from '../wire.js';
import { Pending } from './pending.js';
import type { Link, LinkEnd, LinkListener, LinkSettings, Outcome, Transport } from './transport.js';

const MAX_COMMANDS = 100;
/** A frame of many commands is cut here; far below what a server takes. */
const MAX_FRAME_CHARS = 200_000;
const OPEN = 1;
/** How long a link may be silent after it was asked for a sign of life. */
const PATIENCE_MILLIS = 5000;

/** The native protocol over WebSocket. Commands of one moment go out in one frame. */
class WebSocketLink implements Link {
  readonly window = 5;
  readonly ended: Promise<LinkEnd>;
  private end!: (end: LinkEnd) => void;
  private readonly pending = new Pending();
  private outgoing: string[] = [];
  private over = false;
  private announced: LinkEnd | undefined;
  private heardAt: number;
  private pingInterval = 25_000;
  private watchdog: unknown;

  constructor(
    private readonly socket: WebSocket,
    private readonly listener: LinkListener,
    private readonly settings: LinkSettings,
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.heardAt = settings.clock.now();
    socket.onmessage = ({ data }) => this.receive(data as string);
    socket.onclose = ({ code }) => this.finish(this.announced ?? endOf(code));
    socket.onerror = () => undefined; // a close follows, and says more
  }

  async connect(token: string): Promise<void> {
    const connected = await this.send<Connected>({ command: 'connect', token });
    if (connected.protocol !== PROTOCOL_VERSION) {
      this.close();
      throw new BroadcastyError(
        'incompatible_protocol',
        `the server speaks version ${connected.protocol} of the protocol, this client ${PROTOCOL_VERSION}; use the client of the server’s release`,
      );
    }
    this.pingInterval = connected.pingInterval;
    this.guard();
  }

  async subscribe(channel: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    await this.send<Subscribed>({ command: 'subscribe', channel, ...since }, accepted);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.send({ command: 'unsubscribe', channel });
  }

  publish(envelopes: readonly Envelope[]): Promise<Outcome[]> {
    return Promise.all(
      envelopes.map(async ({ id, ...rest }): Promise<Outcome> => {
        try {
          return await this.send<Published | Queued>({ command: 'publish', ...(id === undefined ? {} : { publicationId: id }), ...rest });
        } catch (error) {
          if (error instanceof Refused) {
            return { error: error.wire };
          }
          throw error;
        }
      }),
    );
  }

  async refresh(token: string): Promise<void> {
    await this.send({ command: 'refresh', token });
  }

  async watch(channel: string): Promise<void> {
    await this.send<MembersPage>({ command: 'presence', channel }, (page) => this.listener.presence({ reset: true, ...page }));
  }

  async join(channel: string, member?: Record<string, unknown>): Promise<Member> {
    return (await this.send<{ member: Member }>({ command: 'join', channel, ...(member ? { member } : {}) })).member;
  }

  async leave(channel: string): Promise<void> {
    await this.send({ command: 'leave', channel });
  }

  members(channel: string, after?: string): Promise<MembersPage> {
    return this.send<MembersPage>({ command: 'members', channel, ...(after === undefined ? {} : { after }) });
  }

  check(): void {
    const asked = this.settings.clock.now();
    if (this.over) {
      return;
    }
    this.send({ command: 'ping' }).catch(() => undefined);
    this.settings.clock.setTimeout(() => {
      if (this.heardAt < asked) {
        this.cut('the server gives no sign of life');
      }
    }, PATIENCE_MILLIS);
  }

  close(): void {
    this.finish({ code: 'closed', retry: 'no', detail: 'closed by this client' });
  }

  private cut(detail: string): void {
    this.finish({ code: 'unreachable', retry: 'yes', detail });
  }

  /** Browsers answer the server’s pings by themselves, but do not say when they stop coming. */
  private guard(): void {
    this.watchdog = this.settings.clock.setTimeout(() => {
      const silent = this.settings.clock.now() - this.heardAt;
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
    if (this.over) {
      return;
    }
    this.heardAt = this.settings.clock.now();
    let frame: ServerFrame | Reply[];
    try {
      frame = JSON.parse(data) as ServerFrame | Reply[];
    } catch {
      this.cut('the server sent what is not JSON');
      return;
    }
    if (Array.isArray(frame)) {
      frame.forEach((reply) => this.reply(reply));
    } else if ('push' in frame) {
      this.push(frame);
    } else {
      this.reply(frame);
    }
  }

  private push(push: Push): void {
    const { listener } = this;
    switch (push.push) {
      case 'publication':
        listener.publication(push);
        return;
      case 'lost':
        listener.lost(push);
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
        this.announced = {
          code: push.code,
          retry: push.retry,
          retryAfterMillis: push.retryAfter && push.retryAfter * 1000,
          detail: push.detail ?? push.code,
        };
    }
  }

  private reply({ reply, error, result }: Reply): void {
    this.pending.settle(reply as number, error && new Refused(error), result);
  }

  private finish(end: LinkEnd): void {
    if (this.over) {
      return;
    }
    this.over = true;
    this.settings.clock.clearTimeout(this.watchdog);
    this.socket.onmessage = this.socket.onclose = null;
    try {
      this.socket.close(1000);
    } catch {
      // closed already
    }
    const final = end.retry === 'no' && end.code !== 'token_expired' && end.code !== 'closed';
    this.pending.end(final ? new BroadcastyError(end.code, end.detail) : undefined);
    this.end(end);
  }
}

/** A refusal that still knows the server’s words, for outcomes of a batch. */
class Refused extends BroadcastyError {
  constructor(readonly wire: WireError) {
    const { message, retry, status, retryAfterMillis } = refusal(wire);
    super(wire.code, message, retry, { status, retryAfterMillis });
  }
}

/** What a close says by its number alone; what the table does not know is a broken line. */
function endOf(close: number): LinkEnd {
  const [code, retry] = CLOSE_CODES[close] ?? (['unreachable', 'yes'] as const);
  return { code, retry, detail: `the connection was closed with ${close}` };
}

export const webSocketTransport: Transport = {
  name: 'ws',
  open(settings, token, listener) {
    const { WebSocket: Socket, clock, connectTimeoutMs } = settings;
    if (!Socket) {
      return Promise.reject(new BroadcastyError('no_websocket', 'there is no WebSocket here; give one as the option WebSocket, or use transport: "sse"'));
    }
    const socket = new Socket(`${settings.baseUrl.replace(/^http/, 'ws')}/broadcasty/ws`, SUBPROTOCOL);
    const link = new WebSocketLink(socket, listener, settings);
    const opened = new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      link.ended.then(() => reject(unreachable('no WebSocket could be opened')), reject);
    });
    return within(
      clock,
      opened.then(() => link.connect(token)),
      connectTimeoutMs,
      () => timeout('connecting', connectTimeoutMs),
    ).then(
      () => link,
      (error: unknown) => {
        link.close();
        throw asError(error);
      },
    );
  },
};
