/// <reference lib="dom" preserve="true" />
import { clientClock } from './clock.js';
import type { ClientClock, Clock } from './clock.js';
import type { GetToken } from './token.js';

export const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** The settings of every HTTP request. */
export interface HttpSettings {
  /** The address of the server without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly clock: ClientClock;
  readonly connectTimeoutMs: number;
}

/** The options that name the server and the user. */
export interface ServerOptions {
  /**
   * The address of the WAR, for example `https://example.com` or `https://example.com/realtime`.
   */
  baseUrl: string;
  /**
   * Returns the user’s JWT. It is called before every connection, and 30 s before the current token
   * expires.
   */
  getToken: GetToken;
  /**
   * The maximum time for an attempt to connect or an HTTP request, in milliseconds. Default 10 000.
   */
  connectTimeoutMs?: number;
  /** A `fetch` function, for runtimes without one. */
  fetch?: typeof fetch;
  /** Time and randomness, for tests. */
  clock?: Clock;
}

/**
 * Validates the options and fills in the defaults.
 *
 * @throws TypeError when `baseUrl` or `getToken` is invalid
 */
export function httpSettings(options: ServerOptions): HttpSettings {
  const given = options as Partial<ServerOptions> | undefined;
  if (typeof given?.baseUrl !== 'string' || !/^https?:\/\/[^?#]+$/.test(given.baseUrl)) {
    throw new TypeError('baseUrl must be an address such as https://example.com');
  }
  if (typeof given.getToken !== 'function') {
    throw new TypeError('getToken must be a function that returns a JWT');
  }
  return {
    baseUrl: given.baseUrl.replace(/\/+$/, ''),
    fetch: given.fetch ?? ((input, init) => fetch(input, init)),
    clock: clientClock(given.clock),
    connectTimeoutMs: given.connectTimeoutMs ?? DEFAULT_TIMEOUT_MILLIS,
  };
}
