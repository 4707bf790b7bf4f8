/** What goes over the wire, in the words of protocol/PROTOCOL.md. Times are milliseconds since 1970. */
import type { Retry, ServerCode } from './codes.js';

/** How publications are written on a connection: with every field, or compact, without what the subscriber knows already. */
export type ProtocolVersion = 'v1' | 'v2';

/** A field of publications that `broadcasty.v2` leaves out unless a connection asks for it. */
export type IncludedField = 'id' | 'time';

/** Where a publication stands in its channel. Sequences begin at 1 and have no gaps within an epoch. */
export interface Position {
  epoch: string;
  partition: number;
  sequence: number;
}

/** A position that says of which channel it is. */
export interface ChannelPosition extends Position {
  channel: string;
}

/** What was published, with its place in the stream. */
export interface Publication<P = unknown, M = unknown> extends Position {
  channel: string;
  /**
   * What the publisher called it; every publication of this client has one. Of a publication without, the server’s own id: over
   * `broadcasty.v1`, or with the option `include: ['id']`. Else undefined.
   */
  id?: string;
  event?: string;
  payload: P;
  meta?: M;
  /** What the publisher says beside the payload, by name in small letters; with `traceparent` if the publish was traced. */
  headers?: Record<string, string>;
  correlationId?: string;
  replyTo?: string;
  /** The server’s wall clock at publish: over `broadcasty.v1`, or with the option `include: ['time']`. Else undefined. */
  time?: number;
}

/** What a publisher hands in; `id` makes it idempotent. */
export interface Envelope<P = unknown, M = unknown> {
  channel: string;
  payload: P;
  id?: string;
  meta?: M;
  /** At most 16, with names of `a–z`, `0–9` and `-` (64 characters at most); names and values at most 2048 bytes in all. */
  headers?: Record<string, string>;
  event?: string;
  partitionKey?: string;
  correlationId?: string;
  replyTo?: string;
}

/** A publication has its place in the stream. */
export interface Published extends Position {
  id: string;
  channel: string;
  /** Whether the same id had been published before; the position is the first one's. */
  duplicate: boolean;
}

/** A publication is kept, by the server or by this client, and gets its place later. */
export interface Queued {
  id: string;
  channel: string;
  queued: true;
}

/** A refusal of one command, or of one item of a batch. */
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
  /** The heads at subscribe time; left out when the connection gets the channel already. */
  positions?: (Position & { channel?: string; number?: number })[];
  /** By which publications of the channel name it, over `broadcasty.v2`; those of a pattern’s channels stand in `positions`. */
  number?: number;
}

/** A channel that a pattern delivers from now on, or the new epoch of a partition; over `broadcasty.v2`. */
export interface ChannelNumber {
  channel: string;
  number: number;
  /** 0 when left out. */
  partition?: number;
  epoch: string;
}

/** A publication as `broadcasty.v2` writes it. */
export interface CompactPublication {
  /** The number of the channel. */
  c: number;
  /** The sequence. */
  s: number;
  /** The partition, 0 when left out. */
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

/** What was asked for is not kept any more; the stream goes on after `resumeFrom`. */
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

/** Somebody who is present on a channel; whatever else it says of itself stands beside the id. */
export interface Member {
  id: string;
  [field: string]: unknown;
}

/** A page of members, in order of id. */
export interface MembersPage {
  channel: string;
  /** Counts the changes of the channel's members. */
  version: number;
  count: number;
  members: Member[];
  next: string | null;
}

/** Members who came or changed, and ids of those who left. */
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

/** From where a stream is wanted: live, from a sequence of every partition (0: the oldest kept), or after positions. */
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

/** One message of the server; over `broadcasty.v2` several may come in one frame, as an array. */
export type ServerMessage = Reply | Push | CompactPublication;

/** The positions of a stream as the id of an event, in the one form that the server reads. */
export function cursor(positions: readonly ChannelPosition[]): string {
  const entries = new Map<string, string[]>();
  for (const { channel, epoch, partition, sequence } of positions) {
    const entry = entries.get(channel) ?? [];
    entries.set(channel, entry);
    entry.push(`${epoch}:${partition}:${sequence}`);
  }
  return [...entries].map(([channel, entry]) => `${channel}!${entry.join('~')}`).join('|') || '-';
}
