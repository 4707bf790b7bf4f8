package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens: the signature by an allowed algorithm and a public key, or the one
 * secret that is configured instead, then the claims {@code sub}, {@code tid}, {@code roles},
 * {@code iat} and {@code exp}. An unsigned token, or one signed in the other way, is refused
 * whatever its header says (RFC 8725, sections 2.1 and 3.1).
 */
@ThreadSafe
public final class JwtAuthenticator implements Authenticator {

  private static final String TENANT = "tid";
  private static final String ROLES = "roles";

  /**
   * The latest accepted expiry: later than any token needs, and small enough for date arithmetic.
   */
  private static final Instant LATEST_END = Instant.parse("9999-12-31T23:59:59Z");

  /**
   * The accepted types: RFC 7519, section 5.1, and RFC 9068, section 2.1; other kinds of JWT are
   * not access tokens.
   */
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private final JwtSettings settings;
  private final WallClock clock;
  private final SignedTokens signed;

  /**
   * @throws IllegalArgumentException when the keys cannot be read or an algorithm does not use
   *     public keys; the message says what is wrong
   */
  public JwtAuthenticator(JwtSettings settings, WallClock clock) {
    this(settings, clock, Ticker.system());
  }

  /** As the other one, with a ticker by which keys are fetched again. */
  JwtAuthenticator(JwtSettings settings, WallClock clock, Ticker ticker) {
    this.settings = settings;
    this.clock = clock;
    this.signed = new SignedTokens(settings, ticker);
  }

  /** Returns what checks the signatures of this issuer's tokens, of every kind. */
  SignedTokens signatures() {
    return signed;
  }

  /** Fetches the keys of a URL again when it is time to; may block for some seconds. */
  public void refreshKeys() {
    RemoteKeys remote = signed.remote();
    if (remote != null) {
      remote.refreshIfDue();
    }
  }

  /** Returns whether the keys can be fetched; null when they are part of the configuration. */
  public @Nullable KeyCondition keyCondition() {
    RemoteKeys remote = signed.remote();
    return remote == null ? null : remote.condition();
  }

  /** Describes the keys in force, for the start-up log. */
  public String describeKeys() {
    return signed.describe();
  }

  @Override
  public Verdict authenticate(String token) {
    SignedTokens.Outcome outcome = signed.check(token, TYPES, "an access token: JWT or at+jwt");
    if (outcome instanceof SignedTokens.Unsigned unsigned) {
      return refused(unsigned.reason());
    }
    SignedTokens.Signed found = (SignedTokens.Signed) outcome;
    if (LogoutTokens.isLogout(found.claims())) {
      return refused("this is a logout token, and no access token");
    }
    String subject = settings.claims().userOf(found.members());
    return subject == null || subject.isBlank()
        ? missing(settings.claims().userText())
        : check(subject, found.claims(), token);
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
    Map<String, Object> known = new java.util.HashMap<>(claims.getClaims());
    known.values().removeIf(java.util.Objects::isNull);
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
