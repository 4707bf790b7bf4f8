/** The messages between the tabs of a group. They never contain tokens. */
import { BroadcastyError } from '../errors.js';
import type { Session } from '../transport/transport.js';
import type { Lost, PresencePush, Publication, Since, Unsubscribed } from '../wire.js';

/**
 * The calls that the leading tab executes for the others, with their arguments; each is a method of
 * {@link Session}.
 */
interface TabCalls {
  subscribe: [target: string, since: Since];
  unsubscribe: [target: string];
  publish: Parameters<Session['publish']>;
  presence: [channel: string];
  join: [channel: string, member?: Record<string, unknown>];
  leave: [channel: string];
  members: [channel: string, after?: string];
  check: [];
}

/** A call with its arguments. */
export type TabCall = { [K in keyof TabCalls]: { method: K; args: TabCalls[K] } }[keyof TabCalls];

/** An event from the server for every tab that subscribes to its channel. */
export type TabBroadcast =
  | { type: 'publication'; body: Publication }
  | { type: 'lost'; body: Lost }
  | { type: 'presence'; body: PresencePush }
  | { type: 'unsubscribed'; body: Unsubscribed };

export type CallResult = { type: 'result'; to: string; id: number } & ({ result: unknown; error?: undefined } | { result?: undefined; error: SerializedError });

/**
 * A message between tabs. `from` and `to` are session ids: a tab has one session at a time, and a
 * new one after each reconnect.
 */
export type TabMessage =
  | TabBroadcast
  | CallResult
  /** A session wants to join. */
  | { type: 'join'; from: string }
  /** A session has joined; the leading tab has a connection. */
  | { type: 'joined'; to: string; hub: string; transport: 'ws' | 'sse'; window: number }
  /** There is a leading tab, but its connection is not open yet. */
  | { type: 'connecting'; to: string }
  /** The leading tab’s connection is open. */
  | { type: 'connected' }
  /** The connection has ended, or another tab has become the leader. */
  | { type: 'disconnected' }
  | ({ type: 'call'; hub: string; from: string; id: number } & TabCall)
  /** A session has ended. */
  | { type: 'leave'; from: string };

/** An error that is sent to another tab. */
export type SerializedError = Pick<BroadcastyError, 'code' | 'message' | 'retry' | 'status' | 'retryAfterMillis'>;

export function serializeError({ code, message, retry, status, retryAfterMillis }: BroadcastyError): SerializedError {
  return { code, message, retry, status, retryAfterMillis };
}

export function deserializeError({ code, message, retry, status, retryAfterMillis }: SerializedError): BroadcastyError {
  return new BroadcastyError(code, message, retry, { status, retryAfterMillis });
}
