import type { Retry, ServerCode } from './codes.js';
import type { End, WireError } from './wire.js';

/** What this client itself calls a failure. */
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

/** Every code that an error of this package can have. */
export type ErrorCode = ServerCode | ClientCode;

/**
 * The one error of this package. `code` tells what happened, `message` what can be done about it, `retry` whether the
 * same request can succeed later. Messages and fields never hold a token or a payload.
 */
export class BroadcastyError extends Error {
  override readonly name = 'BroadcastyError';
  /** The status of HTTP that goes with the code, if the server said one. */
  readonly status: number | undefined;
  /** How long to wait before another attempt, if the server said so. */
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

/** What can be done about refusals that a developer meets first; the server's own words stand before it. */
const ADVICE: Partial<Record<ServerCode, string>> = {
  unauthorized: 'check that getToken() gives a JWT that this server trusts, with sub, tid, roles, iat and exp',
  forbidden: 'the roles in the token do not allow it; change them, or the server’s channel policy',
  origin_not_allowed: 'add the origin of this page to BROADCASTY_ALLOWED_ORIGINS',
};

/** Makes an error of a refusal by the server. */
export function refusal({ code, status, detail, retryAfter }: WireError): BroadcastyError {
  const advice = ADVICE[code];
  const retry = retryAfter !== undefined || code === 'unavailable' || code === 'internal_error' ? 'after' : code === 'draining' ? 'yes' : 'no';
  return new BroadcastyError(code, [detail ?? code, ...(advice ? [advice] : [])].join('; '), retry, {
    status,
    retryAfterMillis: retryAfter === undefined ? undefined : retryAfter * 1000,
  });
}

/** Makes an error of what the server says at the end of a connection. */
export function ending({ code, retry, retryAfter, detail = code }: End): BroadcastyError {
  return new BroadcastyError(code, detail, retry, { retryAfterMillis: retryAfter && retryAfter * 1000 });
}

/** The server cannot be reached, or the line to it broke. */
export function unreachable(what: string, cause?: unknown): BroadcastyError {
  return new BroadcastyError('unreachable', `${what}; check baseUrl, the network, and that the server runs and allows this page’s origin`, 'after', { cause });
}

export function timeout(what: string, millis: number): BroadcastyError {
  return new BroadcastyError('timeout', `${what} got no answer within ${millis} ms; it may have been carried out: repeat it with the same id`, 'after');
}

export function closed(): BroadcastyError {
  return new BroadcastyError('closed', 'this client was closed; make another one');
}

/** Takes whatever was thrown as an error of this package. */
export function asError(thrown: unknown): BroadcastyError {
  return thrown instanceof BroadcastyError ? thrown : unreachable('the connection failed', thrown);
}
