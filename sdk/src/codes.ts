// Generated from protocol/codes.json by `npm run codes`; do not edit.

/** Whether to try again: never, at once, or after a delay. */
export type Retry = 'no' | 'yes' | 'after';

/** The codes of the server’s errors and of the ends of streams. */
export type ServerCode =
  | 'unauthorized'
  | 'token_expired'
  | 'replayed'
  | 'forbidden'
  | 'origin_not_allowed'
  | 'not_found'
  | 'method_not_allowed'
  | 'upgrade_required'
  | 'unsupported_media_type'
  | 'invalid_json'
  | 'invalid_request'
  | 'invalid_channel'
  | 'unknown_command'
  | 'already_subscribed'
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

/** The code and the retry rule of each WebSocket close code. */
export const CLOSE_CODES: Readonly<Record<number, readonly [ServerCode, Retry]>> = {
  4401: ['unauthorized', 'no'],
  4402: ['token_expired', 'no'],
  4413: ['payload_too_large', 'no'],
  4411: ['request_timeout', 'after'],
  4403: ['too_many_channels', 'no'],
  4430: ['connection_limit', 'after'],
  4429: ['rate_limited', 'after'],
  4431: ['memory_limit', 'after'],
  4505: ['overloaded', 'after'],
  4504: ['unavailable', 'after'],
  4503: ['draining', 'yes'],
  4408: ['slow_consumer', 'yes'],
  4410: ['disconnected', 'no'],
  4409: ['idle', 'yes'],
  4400: ['protocol_error', 'no'],
  4500: ['internal_error', 'after'],
};
