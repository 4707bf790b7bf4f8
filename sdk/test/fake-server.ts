/**
 * A server that implements the protocol over both transports and can misbehave on command. It keeps
 * streams in memory, shares no code with the client, and validates messages as strictly as the real
 * server.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

interface StreamPosition {
  epoch: string;
  partition: number;
  sequence: number;
}

interface StoredPublication extends StreamPosition {
  channel: string;
  id: string;
  payload: unknown;
  time: number;
  [field: string]: unknown;
}

interface StreamPartition {
  epoch: string;
  head: number;
  kept: StoredPublication[];
}

interface Problem {
  code: string;
  status: number;
  detail?: string;
  retryAfter?: number;
}

interface Registration {
  endpoint: string;
  keys: { p256dh?: string; auth?: string };
  device?: string;
  topics?: string[];
}

const PUSH_OFF = [404, { code: 'push_off', status: 404, detail: 'Web Push is not configured here' }] as const;

type StreamStart = 'live' | { from: number } | { last: number } | { after: Map<string, StreamPosition[]> };

const NAME = /^[A-Za-z0-9_\-=@,.;:]{1,200}\*?$/;

/** The numbers of messages in successive frames, so that a connection can break anywhere. */
const MESSAGES_PER_FRAME = [2, 1, 5, 1, 100];

/** A connection over either transport. */
class FakeConnection {
  readonly targets = new Set<string>();
  readonly presenceChannels = new Set<string>();
  subject = '';
  readonly session = `session-${++FakeConnection.last}`;
  private static last = 0;
  /** Whether it uses `broadcasty.v2`. */
  compact = false;
  include: string[] = [];
  /** The epochs that were announced with `broadcasty.v2`, by channel and partition. */
  readonly announced = new Map<string, Map<number, string>>();

  constructor(
    readonly kind: 'ws' | 'sse',
    /** Sends a push or event by its name; undefined: a compact publication. */
    readonly send: (name: string | undefined, body: object) => void,
    readonly end: (code: string, close: number, retry: string, retryAfter?: number) => void,
    readonly disconnect: () => void,
  ) {}

  receives(channel: string): boolean {
    return [...this.targets].some((target) => matches(target, channel));
  }
}

function kindOf(name: string): string {
  return /^(private-encrypted-|private-|presence-)/.exec(name)?.[0] ?? '';
}

function matches(target: string, channel: string): boolean {
  return target.endsWith('*') ? channel.startsWith(target.slice(0, -1)) && kindOf(target) === kindOf(channel) : target === channel;
}

export function token({ subject = 'ann', tenant = 'acme', expires = Date.now() + 3_600_000 } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: subject, tid: tenant, exp: Math.floor(expires / 1000) })}.s`;
}

export class FakeServer {
  readonly connections = new Set<FakeConnection>();
  /** The connection that does not get the current publication. */
  private leftOut: FakeConnection | undefined;
  /** The requests so far, by name of the command or path. */
  readonly requests: string[] = [];
  /** Closes new connections at once. */
  refusing = false;
  /** Rejects WebSocket handshakes like a proxy that does not support them. */
  webSocketBlocked = false;
  /** Answers HTTP like a server that has not deployed the WAR yet. */
  undeployed = false;
  /** Answers and sends nothing. */
  silent = false;
  /** The problems that answer the next publishes. */
  publishProblems: Problem[] = [];
  /** The problems that answer the next joins and heartbeats of members. */
  joinProblems: Problem[] = [];
  /** How many publishes are executed although the connection breaks before the answer. */
  lostAnswers = 0;
  /** The number of publications after which the connection breaks. */
  breakAfter = Infinity;
  /** Tokens that are rejected as expired. */
  readonly expiredTokens = new Set<string>();
  /** Returns whether a text makes the frame or body that contains it unreadable. */
  unreadable: (text: string) => boolean = () => false;
  /** The longest message that is accepted, in bytes. */
  maxMessageBytes = Infinity;
  /** The longest message from a client, in bytes. */
  longestMessage = 0;
  /** The public key for Web Push; undefined: Web Push is not configured. */
  pushKey: string | undefined = 'AQID';
  /** The registered devices, by id. */
  readonly devices = new Map<string, { user: string; endpoint: string; topics: string[]; device?: string }>();
  /**
   * The newest supported protocol version. With 1 it is like older servers, which reject headers.
   */
  version: 1 | 2 = 2;
  /** The number of publications before one with a number that was not announced. */
  unknownNumberAfter = Infinity;
  /** Announces the number and epoch of a channel again before each publication. */
  repeatNumbers = false;
  pingInterval = 25_000;
  partitions = 1;

  private readonly streams = new Map<string, StreamPartition[]>();
  private readonly ids = new Map<string, StreamPosition>();
  private readonly members = new Map<string, Map<string, { member: { id: string }; holder: unknown }>>();
  private versions = 0;
  private lastId = 0;
  private readonly sockets = new Set<Socket>();
  private readonly numbers = new Map<string, number>();
  /** Publications whose publisher chose no id. */
  private readonly withoutId = new WeakSet<StoredPublication>();
  private readonly upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered].find((one) => one === 'broadcasty.v1' || (one === 'broadcasty.v2' && this.version === 2)) ?? false,
  });

  private constructor(private readonly http: Server) {}

  static async start(): Promise<FakeServer> {
    const http = createServer();
    const server = new FakeServer(http);
    http.on('connection', (socket) => {
      server.sockets.add(socket);
      socket.on('close', () => server.sockets.delete(socket));
      if (server.refusing) {
        socket.destroy();
      }
    });
    http.on('request', (request, response) => void server.request(request, response));
    http.on('upgrade', (request, socket, head) => {
      server.requests.push('upgrade');
      if (server.webSocketBlocked || server.undeployed) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      server.upgrades.handleUpgrade(request, socket, head, (webSocket) => server.accept(webSocket, new URL(request.url ?? '', 'http://server')));
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.refusing = true;
    this.sockets.forEach((socket) => socket.destroy());
    this.upgrades.close();
    await new Promise((done) => this.http.close(done));
  }

  // Controls for tests.

  /** Breaks every connection without a close frame, like a pulled cable. */
  breakAll(): void {
    this.sockets.forEach((socket) => socket.destroy());
  }

  /** Ends every connection with a code. */
  endAll(code: string, close: number, retry: string, retryAfter?: number): void {
    [...this.connections].forEach((connection) => connection.end(code, close, retry, retryAfter));
  }

  /** Tells clients that their token is about to expire. */
  expiring(): void {
    this.connections.forEach((connection) => connection.kind === 'ws' && connection.send('expiring', { expires: Date.now() + 30_000 }));
  }

  /** Sends a publication that was already sent, or one after a gap. */
  sendRaw(publication: StoredPublication): void {
    this.connections.forEach((connection) => this.send(connection, publication));
  }

  /** Starts the stream of a channel again in another epoch, without reporting a loss. */
  restartStream(channel: string): void {
    this.streams.delete(channel);
  }

  /** Removes all but the newest publications. */
  trim(channel: string, keep: number): void {
    this.partitionsOf(channel).forEach((part) => part.kept.splice(0, Math.max(0, part.kept.length - keep)));
  }

  /** Loses every stream, like a memory store on a restart. */
  loseStreams(): void {
    this.streams.clear();
    this.ids.clear();
  }

  /** Returns the stored publications of a channel. */
  stored(channel: string): StoredPublication[] {
    return this.partitionsOf(channel).flatMap(({ kept }) => kept);
  }

  publish(envelope: { channel: string; payload: unknown; id?: string; [field: string]: unknown }): StoredPublication & { duplicate: boolean } {
    const { channel, id = `s-${++this.lastId}`, ...rest } = envelope;
    const parts = this.partitionsOf(channel);
    const known = this.ids.get(`${channel} ${id}`);
    if (known) {
      return { ...rest, ...known, channel, id, time: 0, duplicate: true };
    }
    const partition = this.ids.size % parts.length;
    const part = parts[partition]!;
    const publication: StoredPublication = { channel, partition, sequence: ++part.head, epoch: part.epoch, id, time: Date.now(), ...rest };
    part.kept.push(publication);
    if (envelope.id === undefined) {
      this.withoutId.add(publication);
    }
    this.ids.set(`${channel} ${id}`, { epoch: part.epoch, partition, sequence: part.head });
    for (const connection of [...this.connections]) {
      if (connection.receives(channel)) {
        this.deliver(connection, publication);
      }
    }
    return { ...publication, duplicate: false };
  }

  join(channel: string, member: { id: string }, holder: unknown = 'test'): void {
    this.room(channel).set(member.id, { member, holder });
    this.membersChanged(channel, { joined: [member], left: [] });
  }

  leave(channel: string, id: string): void {
    if (this.room(channel).delete(id)) {
      this.membersChanged(channel, { joined: [], left: [id] });
    }
  }

  /** Ends memberships or the watching of members, as after a token that allows less. */
  endPresence(push: 'left' | 'unwatched', channel: string): void {
    for (const connection of this.connections) {
      if (push === 'unwatched') {
        connection.presenceChannels.delete(channel);
      } else {
        this.room(channel).forEach(({ holder }, id) => holder === connection && this.leave(channel, id));
      }
      connection.send(push, { channel, code: 'forbidden' });
    }
  }

  // Streams.

  private partitionsOf(channel: string): StreamPartition[] {
    let parts = this.streams.get(channel);
    if (!parts) {
      parts = Array.from({ length: this.partitions }, () => ({ epoch: `e${++this.lastId}`, head: 0, kept: [] }));
      this.streams.set(channel, parts);
    }
    return parts;
  }

  private deliver(connection: FakeConnection, publication: StoredPublication): void {
    if (this.silent) {
      return;
    }
    if (this.breakAfter-- <= 0) {
      this.breakAfter = Infinity;
      connection.disconnect();
      return;
    }
    this.send(connection, publication);
  }

  private send(connection: FakeConnection, publication: StoredPublication): void {
    if (connection === this.leftOut) {
      const { channel, partition, sequence, epoch } = publication;
      connection.send('skipped', { channel, partition, sequence, epoch });
      return;
    }
    if (!connection.compact) {
      connection.send('publication', publication);
      return;
    }
    const { channel, partition, sequence, epoch, id, event, payload, meta, headers, correlationId, replyTo, time } = publication;
    const number = this.number(channel);
    const epochs = this.announcedEpochs(connection, channel);
    if (epochs.get(partition) !== epoch || this.repeatNumbers) {
      epochs.set(partition, epoch);
      connection.send('channel', { number, channel, epoch, ...(partition === 0 ? {} : { partition }) });
    }
    const unknown = this.unknownNumberAfter-- <= 0;
    if (unknown) {
      this.unknownNumberAfter = Infinity;
    }
    connection.send(undefined, {
      c: unknown ? 999_999 : number,
      s: sequence,
      p: partition === 0 ? undefined : partition,
      i: this.withoutId.has(publication) && !connection.include.includes('id') ? undefined : id,
      e: event,
      d: payload,
      m: meta,
      h: headers,
      o: correlationId,
      r: replyTo,
      t: connection.include.includes('time') ? time : undefined,
    });
  }

  private number(channel: string): number {
    const number = this.numbers.get(channel) ?? this.numbers.size + 17;
    this.numbers.set(channel, number);
    return number;
  }

  private announcedEpochs(connection: FakeConnection, channel: string): Map<number, string> {
    const epochs = connection.announced.get(channel) ?? new Map<number, string>();
    connection.announced.set(channel, epochs);
    return epochs;
  }

  /** Returns the reply, and a function that sends what follows it. */
  private subscribe(connection: FakeConnection, target: string, since: StreamStart): { result: object; after: () => void } {
    const pattern = target.endsWith('*');
    if (!pattern) {
      this.partitionsOf(target);
    }
    const channels = [...this.streams.keys()].filter((channel) => matches(target, channel));
    const had = new Set(channels.filter((channel) => connection.receives(channel)));
    connection.targets.add(target);
    let recovered = true;
    const later: (() => void)[] = [];
    const positions: object[] = [];
    for (const channel of channels) {
      if (had.has(channel)) {
        continue;
      }
      this.partitionsOf(channel).forEach(({ epoch, head, kept }, partition) => {
        positions.push({ ...(pattern ? { channel } : {}), ...(pattern && connection.compact ? { number: this.number(channel) } : {}), epoch, partition, sequence: head });
        this.announcedEpochs(connection, channel).set(partition, epoch);
        const first = head - kept.length + 1;
        let after = head;
        if (since !== 'live' && 'from' in since) {
          after = since.from === 0 ? first - 1 : since.from - 1;
        } else if (since !== 'live' && 'last' in since) {
          after = Math.max(first - 1, head - since.last);
        } else if (since !== 'live' && (pattern || since.after.has(channel))) {
          const seen = since.after.get(channel)?.find((one) => one.partition === partition);
          after = seen?.sequence ?? 0;
          if (seen && seen.epoch !== epoch) {
            after = -1;
          }
          const reason = after < 0 ? 'epoch' : after > head ? 'ahead' : after < first - 1 ? 'trimmed' : undefined;
          if (reason) {
            recovered = false;
            const resume = reason === 'ahead' ? head : first - 1;
            after = resume;
            later.push(() => connection.send('lost', { channel, reason, requested: seen ?? { epoch, partition, sequence: 0 }, resumeFrom: { epoch, partition, sequence: resume } }));
          }
        }
        const missed = kept.filter(({ sequence }) => sequence > after);
        later.push(() => missed.forEach((publication) => this.deliver(connection, publication)));
      });
    }
    const number = connection.compact && !pattern ? { number: this.number(target) } : {};
    return { result: { channel: target, recovered, ...number, positions }, after: () => later.forEach((tell) => tell()) };
  }

  private room(channel: string): Map<string, { member: { id: string }; holder: unknown }> {
    let room = this.members.get(channel);
    if (!room) {
      room = new Map<string, { member: { id: string }; holder: unknown }>();
      this.members.set(channel, room);
    }
    return room;
  }

  private membersPage(channel: string, after = '', limit = 2): object {
    const all = [...this.room(channel).values()].map(({ member }) => member).sort((a, b) => (a.id < b.id ? -1 : 1));
    const members = all.filter(({ id }) => id > after).slice(0, limit);
    const last = members.at(-1)?.id;
    return { channel, version: this.versions, count: all.length, members, next: last !== undefined && last !== all.at(-1)?.id ? last : null };
  }

  private membersChanged(channel: string, change: object): void {
    const version = ++this.versions;
    this.connections.forEach((connection) => connection.presenceChannels.has(channel) && connection.send('presence', { channel, version, ...change }));
  }

  private removeConnection(connection: FakeConnection): void {
    this.connections.delete(connection);
    this.members.forEach((room, channel) => room.forEach(({ holder }, id) => holder === connection && this.leave(channel, id)));
  }

  // Tokens.

  private verifyToken(given: string | undefined): Problem | { subject: string } {
    if (!given) {
      return { code: 'unauthorized', status: 401, detail: 'send a token' };
    }
    try {
      const claims = JSON.parse(Buffer.from(given.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; exp: number };
      return claims.exp * 1000 < Date.now() || this.expiredTokens.has(given)
        ? { code: 'token_expired', status: 401, detail: 'the token has expired' }
        : { subject: claims.sub };
    } catch {
      return { code: 'unauthorized', status: 401, detail: 'the token is not valid' };
    }
  }

  private publishOne(envelope: unknown, connection?: FakeConnection): object {
    const problem = this.publishProblems.shift();
    if (problem) {
      return { error: problem };
    }
    const { channel, payload, ...rest } = envelope as { channel: string; payload: unknown; id?: string };
    const unknown = Object.keys(rest).find((field) => !['id', 'meta', 'event', 'partitionKey', 'compactionKey', 'correlationId', 'replyTo', 'store', 'toOthers', ...(this.version === 2 ? ['headers'] : [])].includes(field));
    if (unknown) {
      return { error: { code: 'invalid_request', status: 400, detail: `there is no field ${unknown}` } };
    }
    if (!NAME.test(channel) || channel.endsWith('*')) {
      return { error: { code: 'invalid_channel', status: 400 } };
    }
    if (channel.startsWith('private-nobody')) {
      return { error: { code: 'forbidden', status: 403, detail: 'the policy does not allow this' } };
    }
    const { store, toOthers, ...stored } = rest as { store?: boolean; toOthers?: boolean | string; id?: string };
    const left = toOthers === true ? connection : [...this.connections].find(({ session }) => session === toOthers);
    if (store === false) {
      const body = { channel, id: stored.id ?? 'e', payload, ...stored, time: 0 };
      this.connections.forEach((each) => each !== left && each.receives(channel) && each.send('ephemeral', body));
      return { id: body.id, channel, stored: false };
    }
    this.leftOut = left;
    const { partition, sequence, epoch, id, duplicate } = this.publish({ channel, payload, ...stored });
    this.leftOut = undefined;
    return { id, channel, partition, sequence, epoch, duplicate };
  }

  // WebSocket.

  private accept(socket: WebSocket, url: URL): void {
    let waiting: object[] = [];
    let frames = 0;
    const flush = () => {
      while (waiting.length > 0) {
        const some = waiting.splice(0, MESSAGES_PER_FRAME[frames++ % MESSAGES_PER_FRAME.length]);
        if (socket.readyState === socket.OPEN) {
          socket.send(JSON.stringify(some.length === 1 ? some[0] : some));
        }
      }
    };
    const send = (message: object | object[]) => {
      if (this.silent) {
        return;
      }
      if (!connection.compact) {
        if (socket.readyState === socket.OPEN) {
          socket.send(JSON.stringify(message));
        }
        return;
      }
      if (waiting.length === 0) {
        queueMicrotask(flush);
      }
      waiting = waiting.concat(message);
    };
    const connection: FakeConnection = new FakeConnection(
      'ws',
      (name, body) => send(name === undefined ? body : { push: name, ...body }),
      (code, close, retry, retryAfter) => {
        send({ push: 'end', code, retry, detail: `ended: ${code}`, ...(retryAfter === undefined ? {} : { retryAfter }) });
        flush();
        socket.close(close);
      },
      () => {
        flush();
        socket.terminate();
      },
    );
    connection.compact = socket.protocol === 'broadcasty.v2';
    connection.include = url.searchParams.get('include')?.split(',') ?? [];
    this.connections.add(connection);
    socket.on('close', () => this.removeConnection(connection));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.longestMessage = Math.max(this.longestMessage, data.length);
      if (data.length > this.maxMessageBytes) {
        socket.close(1009, 'payload_too_large: a message may have fewer bytes');
        return;
      }
      if (this.unreadable(data.toString())) {
        send({ reply: null, error: { code: 'invalid_json', status: 400, detail: 'the JSON is nested too deep' } });
        return;
      }
      const frame = JSON.parse(data.toString()) as object;
      const later: (() => void)[] = [];
      if (Array.isArray(frame)) {
        if (frame.length > 100) {
          connection.end('protocol_error', 4400, 'no');
          return;
        }
        send(frame.map((command: object) => this.command(connection, command, later)));
      } else {
        send(this.command(connection, frame, later));
      }
      later.forEach((then) => then());
    });
  }

  private command(connection: FakeConnection, command: object, later: (() => void)[]): object {
    const { id, command: name, ...fields } = command as { id: number; command: string; channel: string; token: string; member?: { id: string } };
    this.requests.push(name);
    const refuse = (code: string, status: number, detail = code) => ({ reply: id, error: { code, status, detail } });
    if (name === 'connect' || name === 'refresh') {
      const who = this.verifyToken(fields.token);
      if ('code' in who) {
        if (name === 'connect') {
          later.push(() => connection.end(who.code, who.code === 'token_expired' ? 4402 : 4401, 'no'));
        }
        return { reply: id, error: who };
      }
      connection.subject = who.subject;
      const expires = Date.now() + 3_600_000;
      return { reply: id, result: name === 'refresh' ? { expires } : { session: connection.session, protocol: connection.compact ? 2 : 1, subject: who.subject, tenant: 'acme', expires, pingInterval: this.pingInterval } };
    }
    if (!connection.subject) {
      return refuse('unauthorized', 401);
    }
    const { channel } = fields;
    switch (name) {
      case 'subscribe': {
        if (!NAME.test(channel)) {
          return refuse('invalid_channel', 400);
        }
        if (channel.startsWith('private-nobody')) {
          return refuse('forbidden', 403, 'the policy does not allow this');
        }
        if (connection.targets.has(channel)) {
          return refuse('already_subscribed', 409);
        }
        const { since, fromSequence, last } = fields as { since?: (StreamPosition & { channel?: string })[]; fromSequence?: number; last?: number };
        const after = new Map<string, StreamPosition[]>();
        since?.forEach((position) => after.set(position.channel ?? channel, [...(after.get(position.channel ?? channel) ?? []), position]));
        const { result, after: then } = this.subscribe(connection, channel, since ? { after } : last !== undefined ? { last } : fromSequence === undefined ? 'live' : { from: fromSequence });
        later.push(then);
        return { reply: id, result };
      }
      case 'unsubscribe':
        if (!connection.targets.delete(channel)) {
          return refuse('not_subscribed', 409);
        }
        connection.announced.forEach((_, one) => !connection.receives(one) && connection.announced.delete(one));
        return { reply: id, result: { channel } };
      case 'publish': {
        const { publicationId, ...envelope } = fields as { publicationId?: string };
        const outcome = this.publishOne({ ...envelope, ...(publicationId === undefined ? {} : { id: publicationId }) }, connection);
        if (this.lostAnswers > 0) {
          this.lostAnswers--;
          this.breakAll();
        }
        return 'error' in outcome ? { reply: id, error: outcome.error } : { reply: id, result: outcome };
      }
      case 'presence':
        connection.presenceChannels.add(channel);
        return { reply: id, result: this.membersPage(channel) };
      case 'members':
        return { reply: id, result: this.membersPage(channel, (fields as { after?: string }).after) };
      case 'join': {
        const problem = this.joinProblems.shift();
        if (problem) {
          return { reply: id, error: problem };
        }
        const member = { id: connection.subject, ...fields.member };
        this.join(channel, member, connection);
        return { reply: id, result: { channel, member } };
      }
      case 'leave':
        this.leave(channel, connection.subject);
        return { reply: id, result: { channel } };
      case 'ping':
        return { reply: id, result: { time: Date.now() } };
      default:
        return refuse('unknown_command', 400);
    }
  }

  // HTTP.

  private async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://server');
    const path = url.pathname.replace('/broadcasty/', '');
    this.requests.push(path);
    if (this.undeployed || !url.pathname.startsWith('/broadcasty/')) {
      response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>HTTP Status 404 - Not Found</h1>');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    this.longestMessage = Math.max(this.longestMessage, Buffer.concat(chunks).length);
    if (this.silent) {
      return;
    }
    const answer = (status: number, body: object) => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      const wait = (body as Problem).retryAfter;
      response.writeHead(status, { 'Content-Type': type, ...(wait === undefined ? {} : { 'Retry-After': wait }) }).end(JSON.stringify(body));
    };
    if (path === 'ping') {
      response.writeHead(204).end();
      return;
    }
    if (path === 'ws') {
      answer(426, { code: 'upgrade_required', status: 426 });
      return;
    }
    if (path === 'push/key') {
      answer(this.pushKey === undefined ? 404 : 200, this.pushKey === undefined ? PUSH_OFF[1] : { publicKey: this.pushKey });
      return;
    }
    const who = this.verifyToken(request.headers.authorization?.replace('Bearer ', ''));
    if ('code' in who) {
      answer(who.status, who);
      return;
    }
    const text = Buffer.concat(chunks).toString();
    if (text.length > this.maxMessageBytes) {
      answer(413, { code: 'payload_too_large', status: 413 });
      return;
    }
    if (this.unreadable(text)) {
      answer(400, { code: 'invalid_json', status: 400 });
      return;
    }
    const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as { channel: string; id?: string; member?: { id: string } }) : undefined;
    switch (path) {
      case 'publish': {
        const outcomes = (Array.isArray(body) ? body : [body]).map((item) => this.publishOne(item));
        if (this.lostAnswers > 0) {
          this.lostAnswers--;
          request.socket.destroy();
          return;
        }
        answer(200, outcomes);
        return;
      }
      case 'replay': {
        const part = this.partitionsOf(url.searchParams.get('channel') ?? '')[Number(url.searchParams.get('partition') ?? 0)]!;
        const from = Number(url.searchParams.get('from') ?? 0);
        answer(200, { channel: url.searchParams.get('channel'), partition: 0, epoch: part.epoch, first: 1, head: part.head, recovered: true, lost: null, publications: part.kept.filter((one) => one.sequence >= from), next: null });
        return;
      }
      case 'presence':
        answer(200, this.membersPage(url.searchParams.get('channel') ?? '', url.searchParams.get('after') ?? ''));
        return;
      case 'presence/join': {
        const member = { id: who.subject, ...body?.member };
        this.join(body?.channel ?? '', member, 'lease');
        answer(200, { channel: body?.channel, member, ttl: 60 });
        return;
      }
      case 'presence/heartbeat': {
        const problem = this.joinProblems.shift();
        answer(problem?.status ?? 200, problem ?? { channel: body?.channel, id: body?.id, ttl: 60 });
        return;
      }
      case 'presence/leave':
        this.leave(body?.channel ?? '', body?.id ?? who.subject);
        answer(200, { channel: body?.channel, id: who.subject });
        return;
      case 'push/subscriptions':
        answer(...this.registerDevice(who.subject, body as unknown as Registration | undefined));
        return;
      case 'sse':
        this.stream(url, request, response, answer);
        return;
      default: {
        const id = /^push\/subscriptions\/(.+)$/.exec(path)?.[1] ?? '';
        if (request.method === 'DELETE' && this.devices.get(id)?.user === who.subject) {
          this.devices.delete(id);
          answer(200, { id });
          return;
        }
        answer(404, { code: 'not_found', status: 404, detail: 'there is no such thing' });
      }
    }
  }

  private registerDevice(user: string, registration: Registration | undefined): readonly [number, object] {
    if (this.pushKey === undefined) {
      return PUSH_OFF;
    }
    const shown = ([id, { user, device, topics }]: [string, { user: string; topics: string[]; device?: string }]) => ({ id, user, service: 'webpush', device, topics, confirmedAt: 1 });
    if (!registration) {
      return [200, { subscriptions: [...this.devices].filter(([, one]) => one.user === user).map(shown).reverse() }];
    }
    const { endpoint, keys, device, topics } = registration;
    if (!keys.p256dh || !keys.auth) {
      return [400, { code: 'invalid_request', status: 400, detail: 'a subscription has keys' }];
    }
    if (topics?.some((topic) => topic.startsWith('private-nobody'))) {
      return [403, { code: 'forbidden', status: 403, detail: 'the policy does not allow this' }];
    }
    const [id, known] = [...this.devices].find(([, one]) => one.endpoint === endpoint) ?? [`d${++this.lastId}`, undefined];
    const followed = topics ?? (known?.user === user ? known.topics : []);
    const registered = { user, endpoint, topics: followed, ...(device === undefined ? {} : { device }) };
    this.devices.delete(id);
    this.devices.set(id, registered);
    return [200, shown([id, registered])];
  }

  private stream(url: URL, request: IncomingMessage, response: ServerResponse, answer: (status: number, body: object) => void): void {
    const targets = [...new Set(url.searchParams.getAll('channel'))];
    const [protocol, include] = this.version === 2 ? [url.searchParams.get('protocol') ?? 'v1', url.searchParams.get('include')?.split(',') ?? []] : ['v1', []];
    if (!['v1', 'v2'].includes(protocol) || include.some((field) => !['id', 'time'].includes(field))) {
      answer(400, { code: 'invalid_request', status: 400, detail: 'protocol is v1 or v2, include has id and time' });
      return;
    }
    const forbidden = targets.find((target) => target.startsWith('private-nobody'));
    if (forbidden ?? targets.length === 0) {
      answer(forbidden ? 403 : 400, { code: forbidden ? 'forbidden' : 'invalid_request', status: forbidden ? 403 : 400, detail: 'the policy does not allow this' });
      return;
    }
    const cursor = request.headers['last-event-id'] as string | undefined;
    const from = url.searchParams.get('fromSequence');
    const last = url.searchParams.get('last');
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    const connection = new FakeConnection(
      'sse',
      (name, body) => !response.writableEnded && response.write(`${name === undefined || name === 'publication' ? '' : `event: ${name}\n`}id: x\ndata: ${JSON.stringify(body)}\n\n`),
      (code, _close, retry, retryAfter) => {
        response.end(`event: end\ndata: ${JSON.stringify({ code, retry, detail: `ended: ${code}`, ...(retryAfter === undefined ? {} : { retryAfter }) })}\n\n`);
      },
      () => request.socket.destroy(),
    );
    connection.compact = protocol === 'v2';
    connection.include = include;
    this.connections.add(connection);
    response.on('close', () => this.removeConnection(connection));
    response.write(': hello\n\n');
    const since: StreamStart = cursor ? { after: readCursor(cursor) } : last !== null ? { last: Number(last) } : from === null ? 'live' : { from: Number(from) };
    const all = targets.map((target) => {
      const subscribed = this.subscribe(connection, target, since);
      connection.send('subscribed', { ...subscribed.result, session: connection.session });
      return subscribed;
    });
    all.forEach(({ after }) => after());
    if (url.searchParams.get('presence') === 'true') {
      targets
        .filter((target) => target.startsWith('presence-') && !target.endsWith('*'))
        .forEach((channel) => {
          connection.presenceChannels.add(channel);
          connection.send('presence', { reset: true, ...this.membersPage(channel) });
        });
    }
  }
}

function readCursor(text: string): Map<string, StreamPosition[]> {
  const read = new Map<string, StreamPosition[]>();
  if (text !== '-') {
    for (const entry of text.split('|')) {
      const [channel = '', positions = ''] = entry.split('!');
      read.set(
        channel,
        positions.split('~').map((position) => {
          const [epoch = '', partition, sequence] = position.split(':');
          return { epoch, partition: Number(partition), sequence: Number(sequence) };
        }),
      );
    }
  }
  return read;
}
