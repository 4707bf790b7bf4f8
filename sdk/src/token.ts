/** What this client reads of a JWT; the server alone verifies it. */
export interface Claims {
  sub?: unknown;
  tid?: unknown;
  /** Seconds since 1970. */
  exp?: number;
  [claim: string]: unknown;
}

/** The claims of a JWT; undefined when it is none. */
export function claimsOf(token: string): Claims | undefined {
  try {
    const bytes = Uint8Array.from(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Whose token it is: tenant and subject. A token that says neither is its own owner. */
export function ownerOf(token: string): string {
  const claims = claimsOf(token);
  return claims ? JSON.stringify([claims.tid, claims.sub]) : token;
}
