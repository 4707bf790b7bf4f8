import { withTimeout } from './clock.js';
import { BroadcastyError, closed, timeout } from './errors.js';
import type { HttpSettings } from './settings.js';

/** Returns the user’s JWT, or a promise of it. */
export type GetToken = () => string | Promise<string>;

/**
 * Requests the current token from the application, which has as long as an attempt to connect.
 *
 * @throws BroadcastyError `no_token`
 */
export async function requestToken(getToken: GetToken, { clock, connectTimeoutMs }: HttpSettings): Promise<string> {
  let token: unknown;
  try {
    token = await withTimeout(clock, Promise.resolve(getToken()), connectTimeoutMs, () => timeout('getToken()', connectTimeoutMs));
  } catch (cause) {
    throw clock.stopped ? closed() : new BroadcastyError('no_token', 'getToken() failed; see cause', 'after', { cause });
  }
  if (typeof token !== 'string' || token === '') {
    throw new BroadcastyError('no_token', 'getToken() returned no token');
  }
  return token;
}

/** The claims that the client reads from a JWT; only the server verifies it. */
interface Claims {
  sub?: unknown;
  tid?: unknown;
  /** Seconds since 1970. */
  exp?: number;
  [claim: string]: unknown;
}

/**
 * Decodes base64url (RFC 4648, section 5) to a string with one character for each byte.
 *
 * @throws DOMException when the text is not base64url
 */
export function decodeBase64Url(text: string): string {
  return atob(text.replace(/-/g, '+').replace(/_/g, '/'));
}

/**
 * Returns the claims of a JWT, or undefined when it is none. Strings keep their UTF-8 bytes as
 * characters.
 */
export function parseClaims(token: string): Claims | undefined {
  try {
    return Object(JSON.parse(decodeBase64Url(token.split('.')[1] ?? ''))) as Claims;
  } catch {
    return undefined;
  }
}

/** Returns the owner of a token: its tenant and subject. A text that is no JWT is its own owner. */
export function tokenOwner(token: string): string {
  const claims = parseClaims(token);
  return claims ? JSON.stringify([claims.tid, claims.sub]) : token;
}
