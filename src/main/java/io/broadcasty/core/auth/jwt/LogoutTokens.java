package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.LogoutVerifier.Logout;
import io.broadcasty.core.auth.LogoutVerifier.Refused;
import io.broadcasty.core.auth.LogoutVerifier.TenantRefused;
import io.broadcasty.core.auth.LogoutVerifier.Verdict;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the logout tokens of one issuer (OpenID Connect Back-Channel Logout 1.0, section 2.6).
 */
@ThreadSafe
final class LogoutTokens {

  /** How old a logout token may be, beyond the skew of clocks. */
  static final Duration MAX_AGE = Duration.ofMinutes(5);

  /** For how many tenants one logout token may count that names none. */
  static final int MAX_TENANTS = 16;

  /** What the store of revocations can keep of a user or a sign-in. */
  private static final int MAX_NAME = 1000;

  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

  /** The type, and the one of providers that give no type of its own (section 2.4). */
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("logout+jwt"),
          new JOSEObjectType("application/logout+jwt"));

  private final IssuerSettings settings;
  private final SignedTokens signed;
  private final WallClock clock;

  LogoutTokens(IssuerSettings settings, SignedTokens signed, WallClock clock) {
    this.settings = settings;
    this.signed = signed;
    this.clock = clock;
  }

  /** Returns whether a token says that a user was logged out, so that it is no access token. */
  static boolean isLogout(JWTClaimsSet claims) {
    return claims.getClaim("events") instanceof Map<?, ?> events && events.containsKey(EVENT);
  }

  Verdict verify(String token) {
    if (settings.logout().audiences().isEmpty()) {
      return new Refused("logout tokens of this issuer are not accepted here");
    }
    SignedTokens.Outcome outcome = signed.check(token, TYPES, "a logout token: logout+jwt");
    if (outcome instanceof SignedTokens.Unsigned unsigned) {
      return new Refused(unsigned.reason());
    }
    SignedTokens.Signed found = (SignedTokens.Signed) outcome;
    String fault = fault(found.claims());
    return fault == null ? logout(found) : new Refused(fault);
  }

  /** Returns what is wrong with the claims; null for nothing. */
  private @Nullable String fault(JWTClaimsSet claims) {
    if (!isLogout(claims)) {
      return "the claim `events` does not say that this is a logout token";
    }
    if (claims.getClaim("nonce") != null) {
      return "a logout token must not have the claim `nonce`";
    }
    if (!settings.issuer().equals(claims.getIssuer())) {
      return "the claim `iss` is not the issuer that is trusted here";
    }
    if (claims.getAudience().stream().noneMatch(settings.logout().audiences()::contains)) {
      return "the claim `aud` names no client whose logout tokens are accepted here";
    }
    String id = claims.getJWTID();
    if (id == null || id.isBlank() || id.length() > MAX_NAME || !SignedTokens.isStorable(id)) {
      return "the claim `jti` is missing, or cannot be kept";
    }
    return faultOfTimes(claims.getIssueTime(), claims.getExpirationTime());
  }

  private @Nullable String faultOfTimes(@Nullable Date issuedAt, @Nullable Date expiresAt) {
    Instant now = clock.now();
    Duration skew = settings.tokens().skew();
    if (issuedAt == null) {
      return "the claim `iat` is missing";
    }
    if (issuedAt.toInstant().isAfter(now.plus(skew))) {
      return "the token was issued in the future; set the issuer's clock right";
    }
    if (issuedAt.toInstant().isBefore(now.minus(skew).minus(MAX_AGE))
        || (expiresAt != null && !expiresAt.toInstant().plus(skew).isAfter(now))) {
      return "the token has expired";
    }
    return null;
  }

  private Verdict logout(SignedTokens.Signed found) {
    String signIn = settings.logout().wholeUser() ? null : Caller.signIn(found.members());
    String user = signIn == null ? user(found.members()) : null;
    String name = signIn == null ? user : signIn;
    if (name == null) {
      return new Refused(
          "the token names neither a session (`sid`) nor a user (`"
              + settings.tokens().claims().user().get(0)
              + "`)");
    }
    if (name.length() > MAX_NAME || !SignedTokens.isStorable(name)) {
      return new Refused("the session or the user cannot be kept");
    }
    ClaimMapping claims = settings.tokens().claims();
    String named = claims.tenantOf(found.claims().getClaims());
    Set<TenantId> tenants;
    if (named == null) {
      tenants = settings.tenants().names();
      if (settings.tenants().others() || tenants.isEmpty() || tenants.size() > MAX_TENANTS) {
        return new Refused(
            "the issuer signs for many tenants, so a logout token has to name one in `"
                + claims.tenant()
                + "`");
      }
    } else {
      TenantId tenant;
      try {
        tenant = new TenantId(named);
      } catch (IllegalArgumentException e) {
        return new Refused("the claim `" + claims.tenant() + "`: " + e.getMessage());
      }
      if (!settings.tenants().contains(tenant)) {
        return new TenantRefused(
            "the issuer of this token may not speak for this tenant", settings.name(), tenant);
      }
      tenants = Set.of(tenant);
    }
    return new Logout(
        settings.name(),
        tenants,
        user,
        signIn,
        found.claims().getIssueTime().toInstant(),
        found.claims().getJWTID());
  }

  /**
   * Returns the user. Access tokens may have what the first place of the mapping says and a logout
   * token lacks, so the other places cannot tell whose tokens it means.
   */
  private @Nullable String user(Map<String, Object> members) {
    List<ClaimPath> places = settings.tokens().claims().user();
    return places.get(0).find(members) instanceof String name && !name.isBlank() ? name : null;
  }
}
