/** What the tabs of a group say to each other. No token is ever among it. */
import { BroadcastyError } from '../errors.js';
import type { Link } from '../transport/transport.js';
import type { Lost, PresencePush, Publication, Since, Unsubscribed } from '../wire.js';

/** What one tab may have the leading one do for it, with what it hands in; each is the method of a {@link Link}. */
export interface Calls {
  subscribe: [target: string, since: Since];
  unsubscribe: [target: string];
  publish: Parameters<Link['publish']>;
  watch: [channel: string];
  join: [channel: string, member?: Record<string, unknown>];
  leave: [channel: string];
  members: [channel: string, after?: string];
  check: [];
}

/** A call as it is said. */
export type Call = { [K in keyof Calls]: { call: K; args: Calls[K] } }[keyof Calls];

/** What comes from the server and concerns every tab that wants it. */
export type News =
  | { say: 'publication'; body: Publication }
  | { say: 'lost'; body: Lost }
  | { say: 'presence'; body: PresencePush }
  | { say: 'unsubscribed'; body: Unsubscribed };

export type Answer = { say: 'answer'; to: string; id: number } & ({ result: unknown; error?: undefined } | { result?: undefined; error: Failure });

/** `from` and `to` name links: each tab has one at a time, and another one each time it comes back. */
export type Word =
  | News
  | Answer
  /** A link wants to begin. */
  | { say: 'hello'; from: string }
  /** It may: there is a connection. */
  | { say: 'welcome'; to: string; hub: string; carrier: 'ws' | 'sse'; window: number }
  /** There is a leading tab, but it has no connection yet. */
  | { say: 'wait'; to: string }
  /** There is a connection now. */
  | { say: 'ready' }
  /** The connection ended, or who leads changed. */
  | { say: 'over' }
  | ({ say: 'call'; hub: string; from: string; id: number } & Call)
  /** A link ended. */
  | { say: 'bye'; from: string };

/** An error on its way to another tab. */
export type Failure = Pick<BroadcastyError, 'code' | 'message' | 'retry' | 'status' | 'retryAfterMillis'>;

export function failureOf({ code, message, retry, status, retryAfterMillis }: BroadcastyError): Failure {
  return { code, message, retry, status, retryAfterMillis };
}

export function errorOf({ code, message, retry, status, retryAfterMillis }: Failure): BroadcastyError {
  return new BroadcastyError(code, message, retry, { status, retryAfterMillis });
}
