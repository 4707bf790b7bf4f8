import type { BroadcastyError } from '../errors.js';
import type { HttpSettings } from '../settings.js';
import type { EncodedEnvelope, Lost, MembersPage, PresencePush, ProtocolVersion, Publication, Published, Queued, Since, Subscribed, Unsubscribed } from '../wire.js';

/** The settings of a session. */
export interface SessionSettings extends HttpSettings {
  readonly WebSocket: typeof WebSocket | undefined;
  /** The newest version to offer to the server. */
  readonly protocol: ProtocolVersion;
  /** The publication fields to request: `id`, `time`, `id,time`, or empty for none. */
  readonly include: string;
}

/**
 * Receives the messages of a session, in the server’s order. Nothing is called after the session
 * has ended.
 */
export interface SessionListener {
  onPublication(publication: Publication): void;
  onLost(lost: Lost): void;
  onUnsubscribed(unsubscribed: Unsubscribed): void;
  onPresence(push: PresencePush): void;
  /** The token is about to expire: call `refresh`. */
  onExpiring(): void;
  /**
   * Returns the positions after which a target continues if the session has to subscribe it again.
   */
  since(target: string): SincePositions;
}

export type SincePositions = Exclude<Since, undefined | { fromSequence: number } | { last: number }>;

/** The outcome of one publication: its position, or its error. */
export type PublishOutcome = Published | Queued | BroadcastyError;

/**
 * One connection to the server, from handshake to close, over any transport. Every method rejects
 * with a BroadcastyError: `unreachable` when the session ended before the answer, so that the
 * outcome is unknown; any other code is the server’s answer.
 */
export interface Session {
  /**
   * The transport, if it differs from the name of the {@link Transport} that opened the session.
   */
  readonly transport?: 'ws' | 'sse';
  /** Resolves with the reason when the session ends; never rejects. */
  readonly ended: Promise<BroadcastyError>;
  /** @param accepted called with the server’s answer before the first publication */
  subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<unknown>;
  unsubscribe(target: string): Promise<unknown>;
  /**
   * The maximum number of concurrent calls of `publish`; more would lose the order or exceed the
   * server’s limits.
   */
  readonly window: number;
  /** Publishes at most 100 envelopes. Resolves with one outcome for each, in order. */
  publish(envelopes: readonly EncodedEnvelope[]): Promise<PublishOutcome[]>;
  refresh(token: string): Promise<unknown>;
  /** Checks a silent connection, and ends the session if the server does not answer. */
  check(): void;
  /** Ends the session. */
  close(): void;
}

/** A session with presence, which the core client does not need. */
export interface PresenceSession extends Session {
  /**
   * Subscribes to the members of a subscribed channel; they arrive at `onPresence`, starting with a
   * page.
   */
  presence(channel: string): Promise<unknown>;
  join(channel: string, member?: Record<string, unknown>): Promise<unknown>;
  leave(channel: string): Promise<unknown>;
  members(channel: string, after?: string): Promise<MembersPage>;
}

/**
 * Opens sessions of one kind. Rejects with a BroadcastyError: `unreachable` or `timeout` when no
 * server answers, otherwise the server’s error.
 */
export interface Transport {
  readonly name: 'ws' | 'sse';
  open(settings: SessionSettings, token: string, listener: SessionListener): Promise<Session>;
}
