package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jwt.JWTClaimsSet;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks what an issuer says of an access token, whether the token itself says so or its issuer was
 * asked: user, tenant, roles, issuer, audience and times.
 */
@ThreadSafe
final class AccessClaims {

  private static final String TENANT = "tid";
  private static final String ROLES = "roles";

  /**
   * The latest accepted expiry: later than any token needs, and small enough for date arithmetic.
   */
  private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

  private final JwtSettings settings;
  private final WallClock clock;

  AccessClaims(JwtSettings settings, WallClock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Checks the claims of a token.
   *
   * @param members as its issuer has written them: the library makes a text of a number
   * @param claims the same, as the library has them
   */
  Verdict check(Map<String, Object> members, JWTClaimsSet claims, String token) {
    String subject = settings.claims().userOf(members);
    return subject == null || subject.isBlank()
        ? missing(settings.claims().userText())
        : check(subject, claims, token);
  }

  private Verdict check(String subject, JWTClaimsSet claims, String token) {
    if (!SignedTokens.isStorable(subject)) {
      return refused(
          "the claim `"
              + settings.claims().userText()
              + "` contains U+0000 or an unpaired surrogate");
    }
    String tenant = settings.claims().tenantOf(claims.getClaims());
    if (tenant == null) {
      return missing(settings.claims().tenant().toString());
    }
    Set<String> roles = settings.claims().rolesOf(claims.getClaims());
    if (roles == null
        || (settings.requiredClaims().contains(ROLES)
            && !settings.claims().hasRoles(claims.getClaims()))) {
      return missing(settings.claims().rolesText());
    }
    Instant issuedAt = instant(claims.getIssueTime());
    if (issuedAt == null && !settings.requiredClaims().contains("iat")) {
      issuedAt = Instant.EPOCH;
    }
    if (issuedAt == null) {
      return missing("iat");
    }
    Instant expiresAt = instant(claims.getExpirationTime());
    if (expiresAt == null) {
      return missing("exp");
    }
    for (String claim : new TreeSet<>(settings.requiredClaims())) {
      if (claims.getClaim(claim) == null && !claim.equals(TENANT) && !claim.equals(ROLES)) {
        return missing(claim);
      }
    }
    TenantId tenantId;
    try {
      tenantId = new TenantId(tenant);
    } catch (IllegalArgumentException e) {
      return refused("the claim `" + settings.claims().tenant() + "`: " + e.getMessage());
    }
    String mismatch = mismatch(claims);
    if (mismatch != null) {
      return refused(mismatch);
    }
    Instant now = clock.now();
    if (issuedAt.isAfter(now.plus(settings.skew()))) {
      return refused("the token was issued in the future; set the issuer's clock right");
    }
    Instant notBefore = instant(claims.getNotBeforeTime());
    if (notBefore != null && notBefore.isAfter(now.plus(settings.skew()))) {
      return refused("the token is not valid yet");
    }
    if (livesTooLong(issuedAt, expiresAt, now)) {
      return refused(
          "the token lives longer, from `iat` to `exp`, than `broadcasty.jwt.max-life` allows");
    }
    Instant end = expiresAt.plus(settings.skew());
    if (end.isAfter(LATEST_END)) {
      end = LATEST_END;
    }
    if (!end.isAfter(now)) {
      return new Refused("the token has expired; get a new one", true);
    }
    return new Authenticated(
        new Caller(tenantId, subject, roles, issuedAt, end, known(claims), token));
  }

  /** A token that does not say when it was issued is measured from now on. */
  private boolean livesTooLong(Instant issuedAt, Instant expiresAt, Instant now) {
    Instant start = issuedAt.equals(Instant.EPOCH) ? now : issuedAt;
    return settings.maxLife() != null && expiresAt.isAfter(start.plus(settings.maxLife()));
  }

  private @Nullable String mismatch(JWTClaimsSet claims) {
    if (settings.issuer() != null && !settings.issuer().equals(claims.getIssuer())) {
      return "the claim `iss` is not the issuer that is trusted here";
    }
    List<String> audience = claims.getAudience();
    if (!settings.audiences().isEmpty()
        && audience.stream().noneMatch(settings.audiences()::contains)) {
      return "the claim `aud` does not name this server";
    }
    return null;
  }

  private static Map<String, Object> known(JWTClaimsSet claims) {
    Map<String, Object> known = new HashMap<>(claims.getClaims());
    known.values().removeIf(Objects::isNull);
    return known;
  }

  private static @Nullable Instant instant(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }

  private Refused missing(String claim) {
    Set<String> required = new TreeSet<>(settings.requiredClaims());
    Set<String> needed = new LinkedHashSet<>(List.of(settings.claims().userText()));
    required.remove(TENANT);
    if (settings.claims().fixedTenant() == null) {
      needed.add(settings.claims().tenant().toString());
    }
    if (required.remove(ROLES)) {
      needed.add(settings.claims().rolesText());
    }
    if (required.contains("iat")) {
      needed.add("iat");
    }
    needed.add("exp");
    needed.addAll(required);
    List<String> all = List.copyOf(needed);
    return refused(
        "the claim `"
            + claim
            + "` is missing or of the wrong type; a token needs `"
            + String.join("`, `", all.subList(0, all.size() - 1))
            + "` and `"
            + all.get(all.size() - 1)
            + "`");
  }

  private static Refused refused(String reason) {
    return new Refused(reason, false);
  }
}
