package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.text.ParseException;
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
  private static final String NO_KEYS = "the keys of the issuer cannot be fetched or read";

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
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  @SuppressWarnings("ThreadSafe") // immutable
  private final SignatureKeys keys;

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
    this.keys = SignatureKeys.of(settings, ticker);
    processor.setJWSKeySelector(keys);
    processor.setJWSVerifierFactory(new Ed25519Keys.VerifierFactory());
    processor.setJWSTypeVerifier((type, context) -> {}); // checked below, like the claims
    processor.setJWTClaimsSetVerifier(null); // to give a reason
  }

  /** Fetches the keys of a URL again when it is time to; may block for some seconds. */
  public void refreshKeys() {
    RemoteKeys remote = keys.remote();
    if (remote != null) {
      remote.refreshIfDue();
    }
  }

  /** Returns whether the keys can be fetched; null when they are part of the configuration. */
  public @Nullable KeyCondition keyCondition() {
    RemoteKeys remote = keys.remote();
    return remote == null ? null : remote.condition();
  }

  /** Describes the keys in force, for the start-up log. */
  public String describeKeys() {
    return keys.describe();
  }

  @Override
  public Verdict authenticate(String token) {
    if (token.length() > settings.maxLength()) {
      return refused("the token is longer than " + settings.maxLength() + " characters");
    }
    if (!CompactToken.isCanonical(token)) {
      return malformed();
    }
    try {
      JWT parsed = JWTParser.parse(token);
      if (!(parsed instanceof SignedJWT signed)
          || !keys.algorithms().contains(signed.getHeader().getAlgorithm())) {
        return refused(
            "the token's algorithm is not allowed; sign it with "
                + String.join(" or ", new TreeSet<>(settings.algorithms())));
      }
      if (CompactToken.hasExtensions(signed.getHeader())) {
        return refused("the token's header has `crit` or `b64`; no extension is understood here");
      }
      JOSEObjectType type = signed.getHeader().getType();
      if (type != null && !TYPES.contains(type)) {
        return refused("the token's `typ` is not that of an access token: JWT or at+jwt");
      }
      JWTClaimsSet claims = processor.process(signed, null);
      // the library would make a text of a number
      String subject = settings.claims().userOf(signed.getPayload().toJSONObject());
      return subject == null || subject.isBlank()
          ? missing(settings.claims().userText())
          : check(subject, claims, token);
    } catch (ParseException e) {
      return malformed();
    } catch (RateLimitReachedException e) { // Made-up key ids must not cause a fetch each.
      return unknownKey();
    } catch (KeySourceException e) {
      throw new AuthenticationUnavailableException(NO_KEYS, e);
    } catch (BadJWSException e) {
      return refused("the token's signature does not fit any of the keys known here");
    } catch (BadJWTException e) {
      return refused(
          "the token's content is not an object of claims, or a registered claim has the wrong"
              + " type");
    } catch (BadJOSEException e) {
      return unknownKey();
    } catch (JOSEException e) {
      return refused("the token's signature cannot be checked");
    }
  }

  private static Refused malformed() {
    return refused(
        "this is not a JSON Web Token: three parts in base64url without padding, joined by dots");
  }

  private static Refused unknownKey() {
    return refused("the token is signed with a key that is not known here");
  }

  private Verdict check(String subject, JWTClaimsSet claims, String token) {
    if (!isStorable(subject)) {
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

  /** Returns whether every store can keep a text; JSON's escapes can express more. */
  private static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
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
