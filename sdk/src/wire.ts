/** Messages of the protocol, as in protocol/PROTOCOL.md. Times are milliseconds since 1970. */
import type { Retry, ServerCode } from './codes.js';

/**
 * The protocol version of a connection: `v1` sends all fields of publications, `v2` omits what the
 * subscriber already knows.
 */
export type ProtocolVersion = 'v1' | 'v2';

/** A publication field that `broadcasty.v2` omits unless the connection requests it. */
export type IncludedField = 'id' | 'time';

/**
 * The position of a publication in its channel. Sequences start at 1 and have no gaps within an
 * epoch.
 */
export interface Position {
  epoch: string;
  partition: number;
  sequence: number;
}

/** A position with its channel. */
export interface ChannelPosition extends Position {
  channel: string;
}

/** A published message with its position in the stream. */
export interface Publication<P = unknown, M = unknown> extends Position {
  channel: string;
  /**
   * The publisher’s id; every publication of this client has one. If the publisher chose none, it
   * is the server’s id with `v1` or with `include: ['id']`, and undefined otherwise.
   */
  id?: string;
  event?: string;
  payload: P;
  meta?: M;
  /**
   * Metadata of the publisher, with lower-case names. Includes `traceparent` if the publish was
   * traced.
   */
  headers?: Record<string, string>;
  correlationId?: string;
  replyTo?: string;
  /**
   * The server’s wall-clock time of the publish, in milliseconds since 1970, with `v1` or with
   * `include: ['time']`. Otherwise undefined.
   */
  time?: number;
}

/** A message to publish. Its `id` makes publishing idempotent. */
export interface Envelope<P = unknown, M = unknown> {
  channel: string;
  payload: P;
  id?: string;
  meta?: M;
  /**
   * At most 16 headers. Names have at most 64 characters of `a–z`, `0–9` and `-`; all names and
   * values together have at most 2048 bytes.
   */
  headers?: Record<string, string>;
  event?: string;
  partitionKey?: string;
  correlationId?: string;
  replyTo?: string;
}

/** The result of a publish: the position of the publication in the stream. */
export interface Published extends Position {
  id: string;
  channel: string;
  /**
   * Whether the id had already been published; the position is then that of the first publication.
   */
  duplicate: boolean;
}

/**
 * The result of a publish that was queued, by the server or by this client; the position is
 * assigned later.
 */
export interface Queued {
  id: string;
  channel: string;
  queued: true;
}

/** The error of one command, or of one item of a batch. */
export interface WireError {
  code: ServerCode;
  status?: number;
  detail?: string;
  /** Seconds. */
  retryAfter?: number;
}

export interface Subscribed {
  channel: string;
  recovered: boolean;
  /**
   * The newest positions at the time of the subscription; missing when the connection already
   * receives the channel.
   */
  positions?: (Position & { channel?: string; number?: number })[];
  /**
   * The channel’s number in publications, with `broadcasty.v2`. For a pattern, each entry of
   * `positions` has its own.
   */
  number?: number;
}

/**
 * Announces a channel that a pattern now matches, or a partition’s new epoch, with `broadcasty.v2`.
 */
export interface ChannelNumber {
  channel: string;
  number: number;
  /** 0 when missing. */
  partition?: number;
  epoch: string;
}

/** A publication in `broadcasty.v2`. */
export interface CompactPublication {
  /** The channel’s number. */
  c: number;
  /** The sequence. */
  s: number;
  /** The partition; 0 when missing. */
  p?: number;
  i?: string;
  e?: string;
  d: unknown;
  m?: unknown;
  h?: Record<string, string>;
  o?: string;
  r?: string;
  t?: number;
}

/**
 * Publications that were requested are no longer retained. The stream continues after `resumeFrom`.
 */
export interface Lost {
  channel: string;
  reason: 'trimmed' | 'epoch' | 'ahead';
  requested: Position;
  resumeFrom: Position;
}

export interface End {
  code: ServerCode;
  retry: Retry;
  /** Seconds. */
  retryAfter?: number;
  detail?: string;
}

/** A member of a presence channel: its id, and any fields that it shares with the others. */
export interface Member {
  id: string;
  [field: string]: unknown;
}

/** A page of members, in order of their ids. */
export interface MembersPage {
  channel: string;
  /** The number of changes to the channel’s members so far. */
  version: number;
  count: number;
  members: Member[];
  next: string | null;
}

/** A change of the members: those who joined or changed, and the ids of those who left. */
export interface MembersChange {
  channel: string;
  version: number;
  joined: Member[];
  left: string[];
}

export type PresencePush = ({ reset: true } & MembersPage) | ({ reset?: undefined } & MembersChange);

export interface Unsubscribed {
  channel: string;
  code: ServerCode;
}

export interface Connected {
  session: string;
  protocol: number;
  subject: string;
  tenant: string;
  expires: number;
  /** Milliseconds. */
  pingInterval: number;
}

/** A page of `GET /broadcasty/replay`. */
export interface ReplayPage {
  channel: string;
  partition: number;
  epoch: string;
  first: number;
  head: number;
  recovered: boolean;
  lost: Omit<Lost, 'channel'> | null;
  publications: Publication[];
  next: number | null;
}

/**
 * Where a subscription starts: with new publications, from a sequence in every partition (0: the
 * oldest retained), or after positions.
 */
export type Since = undefined | { fromSequence: number } | { since: ChannelPosition[] };

export type Command =
  | { command: 'connect' | 'refresh'; token: string }
  | ({ command: 'subscribe'; channel: string } & Partial<{ fromSequence: number; since: ChannelPosition[] }>)
  | { command: 'unsubscribe' | 'leave' | 'presence'; channel: string }
  | { command: 'join'; channel: string; member: Record<string, unknown> | undefined }
  | { command: 'members'; channel: string; after: string | undefined }
  | ({ command: 'publish'; publicationId: string | undefined } & Omit<Envelope, 'id'>)
  | { command: 'ping' };

export type Reply =
  | { reply: number | string | null; result: unknown; error?: undefined }
  | { reply: number | string | null; result?: undefined; error: WireError };

export type Push =
  | ({ push: 'publication' } & Publication)
  | ({ push: 'lost' } & Lost)
  | ({ push: 'end' } & End)
  | ({ push: 'presence' } & PresencePush)
  | ({ push: 'unsubscribed' } & Unsubscribed)
  | ({ push: 'channel' } & ChannelNumber)
  | { push: 'expiring'; expires: number };

/** A message from the server. With `broadcasty.v2` a frame may contain several, as an array. */
export type ServerMessage = Reply | Push | CompactPublication;

/** Encodes positions as the cursor of a Server-Sent Events stream. */
export function cursor(positions: readonly ChannelPosition[]): string {
  const entries = new Map<string, string[]>();
  for (const { channel, epoch, partition, sequence } of positions) {
    const entry = entries.get(channel) ?? [];
    entries.set(channel, entry);
    entry.push(`${epoch}:${partition}:${sequence}`);
  }
  return [...entries].map(([channel, entry]) => `${channel}!${entry.join('~')}`).join('|') || '-';
}
