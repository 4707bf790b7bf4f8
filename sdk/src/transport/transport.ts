import type { BroadcastyError } from '../errors.js';
import type { HttpSettings } from '../settings.js';
import type { Envelope, Lost, MembersPage, PresencePush, ProtocolVersion, Publication, Published, Queued, Since, Subscribed, Unsubscribed } from '../wire.js';

/** What each connection is made with. */
export interface LinkSettings extends HttpSettings {
  readonly WebSocket: typeof WebSocket | undefined;
  /** The newest that is offered to the server. */
  readonly protocol: ProtocolVersion;
  /** What to ask for in publications, `id` or `time` or `id,time`; empty: neither. */
  readonly include: string;
}

/** Hears what comes over a link, in the order in which the server sent it. Nothing is called after the link ended. */
export interface LinkListener {
  publication(publication: Publication): void;
  lost(lost: Lost): void;
  unsubscribed(what: Unsubscribed): void;
  presence(push: PresencePush): void;
  /** The token ends soon: time for `refresh`. */
  expiring(): void;
  /** After which positions a target goes on, should the link have to begin it anew. */
  since(target: string): ChannelPositions;
}

export type ChannelPositions = Exclude<Since, undefined | { fromSequence: number }>;

/** What became of one publication: its place, or why it has none. */
export type Outcome = Published | Queued | BroadcastyError;

/**
 * One life of a connection, whatever carries it; never used again once it ended. Each method fails with a BroadcastyError:
 * `unreachable` when the link ended before the answer, so that it is not known whether the server did it; anything else is
 * the server’s refusal.
 */
export interface Link {
  /** What carries it, where that is not what its transport is called. */
  readonly carrier?: 'ws' | 'sse';
  /** Settles when the link ends, with the reason; never fails. */
  readonly ended: Promise<BroadcastyError>;
  /** @param accepted called with the server’s answer before any publication that comes of it */
  subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<unknown>;
  unsubscribe(target: string): Promise<unknown>;
  /** How many calls of `publish` may be under way at a time so that what they publish keeps its order, and the server its limits. */
  readonly window: number;
  /** @returns an outcome for each, in order; at most 100 at a time */
  publish(envelopes: readonly Envelope[]): Promise<Outcome[]>;
  refresh(token: string): Promise<unknown>;
  /** The members of a channel that is subscribed to come as `presence` from now on, beginning with a page. */
  watch(channel: string): Promise<unknown>;
  join(channel: string, member?: Record<string, unknown>): Promise<unknown>;
  leave(channel: string): Promise<unknown>;
  members(channel: string, after?: string): Promise<MembersPage>;
  /** Asks for a sign of life where there was none for a while; a link that gives none ends. */
  check(): void;
  /** Ends the link for good. */
  close(): void;
}

/**
 * Opens links of one kind. Fails with a BroadcastyError: `unreachable` or `timeout` when there was no server to talk to,
 * else what the server said.
 */
export interface Transport {
  readonly name: 'ws' | 'sse';
  open(settings: LinkSettings, token: string, listener: LinkListener): Promise<Link>;
}
