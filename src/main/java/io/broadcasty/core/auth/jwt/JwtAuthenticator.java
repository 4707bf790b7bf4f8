package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEObjectType;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens: the signature by an allowed algorithm and a public key, or the one
 * secret that is configured instead, then the claims {@code sub}, {@code tid}, {@code roles},
 * {@code iat} and {@code exp}. An unsigned token, or one signed in the other way, is refused
 * whatever its header says (RFC 8725, sections 2.1 and 3.1).
 */
@ThreadSafe
public final class JwtAuthenticator implements Authenticator {

  /**
   * The accepted types: RFC 7519, section 5.1, and RFC 9068, section 2.1; other kinds of JWT are
   * not access tokens.
   */
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private final AccessClaims claims;
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
    this.claims = new AccessClaims(settings, clock);
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
    return claims.check(found.members(), found.claims(), token);
  }

  private static Refused refused(String reason) {
    return new Refused(reason, false);
  }
}
