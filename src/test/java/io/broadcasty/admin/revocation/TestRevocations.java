package io.broadcasty.admin.revocation;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Revocations and callers for tests. */
public final class TestRevocations {

  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId OTHER = new TenantId("other");

  private TestRevocations() {}

  /** Returns a revocation as it may be stored, which never expires. */
  public static Revocation revocation(RevocationTarget target) {
    return new Revocation(target, 5000, 99_000_000_000_000L, 1000, 2000, 0);
  }

  /** Returns a caller whose token has an id. */
  public static Caller caller(TenantId tenant, String subject, String tokenId, Instant issuedAt) {
    return new Caller(
        tenant, subject, Set.of("member"), issuedAt, Instant.MAX, Map.of("jti", tokenId), "token");
  }
}
