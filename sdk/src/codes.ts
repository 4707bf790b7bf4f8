// Generated from protocol/codes.json by `npm run codes`; do not edit.

/** Whether to try again: never, at once, or after a delay. */
export type Retry = 'no' | 'yes' | 'after';

/** The codes of the server’s errors and of the ends of streams. */
export type ServerCode =
  | 'unauthorized'
  | 'token_expired'
  | 'invalid_signature'
  | 'replayed'
  | 'forbidden'
  | 'tenant_refused'
  | 'origin_not_allowed'
  | 'tls_required'
  | 'not_found'
  | 'method_not_allowed'
  | 'upgrade_required'
  | 'unsupported_media_type'
  | 'invalid_json'
  | 'invalid_request'
  | 'invalid_channel'
  | 'unknown_command'
  | 'already_subscribed'
  | 'already_exists'
  | 'rotation_pending'
  | 'precondition_failed'
  | 'not_subscribed'
  | 'not_present'
  | 'too_many_members'
  | 'payload_too_large'
  | 'request_timeout'
  | 'too_many_items'
  | 'push_off'
  | 'no_device'
  | 'push_quota'
  | 'too_many_channels'
  | 'channel_quota'
  | 'connection_limit'
  | 'rate_limited'
  | 'memory_limit'
  | 'overloaded'
  | 'unavailable'
  | 'draining'
  | 'slow_consumer'
  | 'disconnected'
  | 'idle'
  | 'protocol_error'
  | 'internal_error';

/** The code of each WebSocket close code. */
export const CLOSE_CODES: Readonly<Record<number, ServerCode>> = {
  4401: 'unauthorized',
  4402: 'token_expired',
  4404: 'tenant_refused',
  4413: 'payload_too_large',
  4411: 'request_timeout',
  4403: 'too_many_channels',
  4430: 'connection_limit',
  4429: 'rate_limited',
  4431: 'memory_limit',
  4505: 'overloaded',
  4504: 'unavailable',
  4503: 'draining',
  4408: 'slow_consumer',
  4410: 'disconnected',
  4409: 'idle',
  4400: 'protocol_error',
  4500: 'internal_error',
};

/** The retry rules of the codes that allow another attempt. */
export const RETRIES: Readonly<Partial<Record<ServerCode, Retry>>> = {
  request_timeout: 'after',
  push_quota: 'after',
  connection_limit: 'after',
  rate_limited: 'after',
  memory_limit: 'after',
  overloaded: 'after',
  unavailable: 'after',
  draining: 'yes',
  slow_consumer: 'yes',
  idle: 'yes',
  internal_error: 'after',
};
