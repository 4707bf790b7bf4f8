package io.broadcasty.auth;

import io.broadcasty.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Who is calling, as a verified token says.
 *
 * @param tenant the claim {@code tid}
 * @param subject the claim {@code sub}, the user's id
 * @param roles the claim {@code roles}
 * @param issuedAt the claim {@code iat}
 * @param expiresAt the claim {@code exp} and the clock skew allowed for; a stream ends then
 * @param claims every claim of the token, for the MicroProfile {@code JsonWebToken}
 * @param token the token itself; never logged
 */
public record Caller(
    TenantId tenant,
    String subject,
    Set<String> roles,
    Instant issuedAt,
    Instant expiresAt,
    Map<String, Object> claims,
    String token) {

  public Caller {
    roles = Set.copyOf(roles);
    claims = Map.copyOf(claims);
  }

  /** Names the caller without the token or any other claim, so that it may be logged. */
  @Override
  public String toString() {
    return tenant + "/" + subject;
  }
}
