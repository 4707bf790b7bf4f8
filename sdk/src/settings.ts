import { SYSTEM_CLOCK } from './clock.js';
import type { Clock } from './clock.js';
import type { GetToken } from './token.js';

export const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** What every request to the server is made with. */
export interface HttpSettings {
  /** Where the server is, without a slash at the end. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
}

/** The options that say where the server is and as whom to speak to it. */
export interface ServerOptions {
  /** Where the WAR is, e.g. `https://example.com` or `https://example.com/realtime`. */
  baseUrl: string;
  /** The JWT of the user; asked for before every connection, and 30 s before the token in use ends. */
  getToken: GetToken;
  /** How long one attempt to connect, or one answer by HTTP, may take; default 10 000. */
  connectTimeoutMs?: number;
  /** For runtimes without one. */
  fetch?: typeof fetch;
  /** Time and chance, for tests. */
  clock?: Clock;
}

/** @throws TypeError when the options cannot be meant */
export function httpSettings(options: ServerOptions): HttpSettings {
  const given = options as Partial<ServerOptions> | undefined;
  if (typeof given?.baseUrl !== 'string' || !/^https?:\/\//.test(given.baseUrl)) {
    throw new TypeError('baseUrl must be an address such as https://example.com');
  }
  if (typeof given.getToken !== 'function') {
    throw new TypeError('getToken must be a function; let it return a JWT that the server trusts, or a promise of one');
  }
  return {
    baseUrl: given.baseUrl.replace(/\/+$/, ''),
    fetch: given.fetch ?? ((input, init) => fetch(input, init)),
    clock: given.clock ?? SYSTEM_CLOCK,
    connectTimeoutMs: given.connectTimeoutMs ?? DEFAULT_TIMEOUT_MILLIS,
  };
}
