import type { Retry, ServerCode } from './codes.js';
import type { End, WireError } from './wire.js';

/** The codes of failures that the client itself detects. */
export type ClientCode =
  | 'no_token'
  | 'unreachable'
  | 'timeout'
  | 'no_websocket'
  | 'overlapping_subscription'
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

/** Advice for the errors that developers meet first; appended to the server’s detail. */
const ADVICE: Partial<Record<ServerCode, string>> = {
  unauthorized: 'check that getToken() returns a JWT that this server trusts, with sub, tid, roles, iat, exp',
  forbidden: 'the token’s roles do not allow it; change them or the channel policy',
  origin_not_allowed: 'add this origin to BROADCASTY_ALLOWED_ORIGINS',
};

/** Creates an error from an error answer of the server. */
export function fromServerError({ code, status, detail, retryAfter }: WireError): BroadcastyError {
  const advice = ADVICE[code];
  const retry = retryAfter !== undefined || code === 'unavailable' || code === 'internal_error' ? 'after' : code === 'draining' ? 'yes' : 'no';
  return new BroadcastyError(code, [detail ?? code, ...(advice ? [advice] : [])].join('; '), retry, {
    status,
    retryAfterMillis: retryAfter === undefined ? undefined : retryAfter * 1000,
  });
}

/** Creates an error from the server’s reason for ending a connection. */
export function fromEnd({ code, retry, retryAfter, detail = code }: End): BroadcastyError {
  return new BroadcastyError(code, detail, retry, { retryAfterMillis: retryAfter && retryAfter * 1000 });
}

/** Creates an error for a server that cannot be reached or a connection that broke. */
export function unreachable(what: string, cause?: unknown): BroadcastyError {
  return new BroadcastyError('unreachable', `${what}; check baseUrl, the network, and that the server runs and allows this origin`, 'after', { cause });
}

export function timeout(what: string, millis: number): BroadcastyError {
  return new BroadcastyError('timeout', `${what} got no answer within ${millis} ms; it may have succeeded, so repeat it with the same id`, 'after');
}

export function closed(): BroadcastyError {
  return new BroadcastyError('closed', 'this client is closed; create another');
}

/** Returns a thrown BroadcastyError as it is, and wraps anything else. */
export function toError(thrown: unknown): BroadcastyError {
  return thrown instanceof BroadcastyError ? thrown : unreachable('the connection failed', thrown);
}
