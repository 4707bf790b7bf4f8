import { BroadcastyError } from './errors.js';

/** Gives the JWT of the user. */
export type GetToken = () => string | Promise<string>;

/** The token to send now, as the application gives it. @throws BroadcastyError `no_token` */
export async function askForToken(getToken: GetToken): Promise<string> {
  let token: unknown;
  try {
    token = await getToken();
  } catch (cause) {
    throw new BroadcastyError('no_token', 'getToken() failed, as `cause` says', 'after', { cause });
  }
  if (typeof token !== 'string' || token === '') {
    throw new BroadcastyError('no_token', 'getToken() gave no token; let it return a JWT that the server trusts, or a promise of one');
  }
  return token;
}

/** What this client reads of a JWT; the server alone verifies it. */
export interface Claims {
  sub?: unknown;
  tid?: unknown;
  /** Seconds since 1970. */
  exp?: number;
  [claim: string]: unknown;
}

/** What stands in base64url (RFC 4648, section 5), a character a byte. @throws DOMException when it is none */
export function fromBase64Url(text: string): string {
  return atob(text.replace(/-/g, '+').replace(/_/g, '/'));
}

/** The claims of a JWT, texts byte by byte as they are in UTF-8; undefined when it is none. */
export function claimsOf(token: string): Claims | undefined {
  try {
    return Object(JSON.parse(fromBase64Url(token.split('.')[1] ?? ''))) as Claims;
  } catch {
    return undefined;
  }
}

/** Whose token it is: tenant and subject. A token that says neither is its own owner. */
export function ownerOf(token: string): string {
  const claims = claimsOf(token);
  return claims ? JSON.stringify([claims.tid, claims.sub]) : token;
}
