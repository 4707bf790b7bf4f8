import { RETRIES } from './codes.js';
import type { Retry, ServerCode } from './codes.js';
import type { End, WireError } from './wire.js';

/** The codes of failures that the client itself detects. */
export type ClientCode =
  | 'no_token'
  | 'unreachable'
  | 'timeout'
  | 'no_websocket'
  | 'handler_failed'
  | 'queue_full'
  | 'push_unsupported'
  | 'permission_denied'
  | 'push_failed'
  | 'closed';

/** Every code of a {@link BroadcastyError}. */
export type ErrorCode = ServerCode | ClientCode;

/**
 * The error class of this package. `code` identifies the failure, `message` says what to do about
 * it, and `retry` says whether the same request can succeed later. Messages and fields never
 * contain tokens or payloads.
 */
export class BroadcastyError extends Error {
  override readonly name = 'BroadcastyError';
  /** The HTTP status, if the server sent one. */
  readonly status: number | undefined;
  /** The delay before another attempt, if the server sent one. */
  readonly retryAfterMillis: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retry: Retry = 'no',
    options: { status?: number | undefined; retryAfterMillis?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options);
    this.status = options.status;
    this.retryAfterMillis = options.retryAfterMillis;
  }
}

/** Creates an error from the server’s answer, or from its reason for ending a connection. */
export function fromServerError({ code, status, detail = code, retryAfter, retry = retryAfter === undefined ? RETRIES[code] : 'after' }: WireError | End): BroadcastyError {
  const advice = code === 'unauthorized' ? '; getToken() must return a trusted JWT with sub, tid, roles, iat, exp' : '';
  return new BroadcastyError(code, detail + advice, retry, { status, retryAfterMillis: retryAfter && retryAfter * 1000 });
}

/**
 * Returns whether the server refuses the client for good. After `token_expired` the next session
 * uses a new token.
 */
export function isFinal({ code, retry }: BroadcastyError): boolean {
  return retry === 'no' && code !== 'token_expired' && code !== 'closed';
}

/** Returns whether the server gave no answer. */
export function isDown(error: BroadcastyError | undefined): boolean {
  return error?.code === 'unreachable' || error?.code === 'timeout';
}

/** Creates an error for a server that cannot be reached or a connection that broke. */
export function unreachable(what: string, cause?: unknown): BroadcastyError {
  return new BroadcastyError('unreachable', `${what}; check baseUrl, the network, the server and its allowed origins`, 'after', { cause });
}

export function timeout(what: string, millis: number): BroadcastyError {
  return new BroadcastyError('timeout', `${what} got no answer within ${millis} ms; repeat it with the same id`, 'after');
}

export function closed(): BroadcastyError {
  return new BroadcastyError('closed', 'this client is closed; create another');
}

/** Returns a thrown BroadcastyError as it is, and wraps anything else. */
export function toError(thrown: unknown): BroadcastyError {
  return thrown instanceof BroadcastyError ? thrown : unreachable('the connection failed', thrown);
}
