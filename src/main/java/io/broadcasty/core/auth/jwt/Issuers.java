package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JWSObject;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.LogoutVerifier;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens of several issuers. The claim {@code iss} says whose settings a token is
 * verified by, and no other's: a key of one issuer never signs for another. An issuer signs for the
 * tenants of its scope only. The same holds for logout tokens.
 */
@ThreadSafe
public final class Issuers implements Authenticator, LogoutVerifier, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Issuers.class.getName());

  /** The name of the issuer that has the settings {@code broadcasty.jwt.…}. */
  public static final String UNNAMED = "jwt";

  private static final Authenticator.Refused UNKNOWN =
      new Authenticator.Refused("the claim `iss` is not an issuer that is trusted here", false);

  private final @Nullable JwtAuthenticator unnamed;
  private final int maxLength;

  @SuppressWarnings("ThreadSafe") // it is
  private final CountDownLatch closed = new CountDownLatch(1);

  @SuppressWarnings("ThreadSafe") // never changed
  private final Map<String, Issuer> byClaim = new LinkedHashMap<>();

  private record Issuer(
      String name, JwtAuthenticator verifier, LogoutTokens logouts, TenantScope tenants) {}

  /**
   * Creates the verifiers. The keys are fetched when they are needed, or by {@link #refreshKeys}.
   *
   * @param unnamed how tokens are verified whose issuer is none of those named; null to refuse them
   * @throws IllegalArgumentException when keys cannot be read or an algorithm does not use public
   *     keys; the message says whose, and what is wrong
   */
  public Issuers(
      @Nullable JwtSettings unnamed, List<IssuerSettings> named, WallClock clock, Ticker ticker) {
    this.unnamed = unnamed == null ? null : new JwtAuthenticator(unnamed, clock, ticker);
    int longest = unnamed == null ? 0 : unnamed.maxLength();
    for (IssuerSettings each : named) {
      longest = Math.max(longest, each.tokens().maxLength());
      byClaim.put(each.issuer(), issuer(each, clock, ticker));
    }
    this.maxLength = longest;
  }

  private static Issuer issuer(IssuerSettings settings, WallClock clock, Ticker ticker) {
    try {
      JwtAuthenticator verifier = new JwtAuthenticator(settings.tokens(), clock, ticker);
      LogoutTokens logouts = new LogoutTokens(settings, verifier.signatures(), clock);
      return new Issuer(settings.name(), verifier, logouts, settings.tenants());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the issuer " + settings.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Authenticator.Verdict authenticate(String token) {
    Issuer issuer = byClaim.isEmpty() ? null : byClaim.get(claimedIssuer(token));
    if (issuer == null) {
      return unnamed == null ? UNKNOWN : unnamed.authenticate(token);
    }
    Authenticator.Verdict verdict;
    try {
      verdict = issuer.verifier().authenticate(token);
    } catch (AuthenticationUnavailableException e) {
      throw unavailable(issuer, e);
    }
    if (verdict instanceof Authenticated authenticated
        && !issuer.tenants().contains(authenticated.caller().tenant())) {
      return new Authenticator.TenantRefused(
          "the issuer of this token may not sign tokens of this tenant",
          issuer.name(),
          authenticated.caller().tenant());
    }
    return verdict;
  }

  @Override
  public LogoutVerifier.Verdict verifyLogout(String token) {
    Issuer issuer = byClaim.get(claimedIssuer(token));
    if (issuer == null) {
      return new LogoutVerifier.Refused(UNKNOWN.reason());
    }
    try {
      return issuer.logouts().verify(token);
    } catch (AuthenticationUnavailableException e) {
      throw unavailable(issuer, e);
    }
  }

  private static AuthenticationUnavailableException unavailable(
      Issuer issuer, AuthenticationUnavailableException e) {
    return new AuthenticationUnavailableException(e.getMessage() + " (" + issuer.name() + ")", e);
  }

  /** Returns what an unverified token claims as its issuer; empty when it claims none. */
  private String claimedIssuer(String token) {
    if (token.length() > maxLength || !CompactToken.isCanonical(token)) {
      return "";
    }
    try {
      Map<String, Object> claims = JWSObject.parse(token).getPayload().toJSONObject();
      return claims != null && claims.get("iss") instanceof String issuer ? issuer : "";
    } catch (ParseException e) {
      LOG.log(Level.TRACE, "Not a signed token", e);
      return "";
    }
  }

  /** Fetches the keys of all issuers again that are due; may block for some seconds for each. */
  public void refreshKeys() {
    if (unnamed != null) {
      unnamed.refreshKeys();
    }
    byClaim.values().forEach(issuer -> issuer.verifier().refreshKeys());
  }

  /**
   * Fetches the keys that are due, and waits a second; a round of a background loop of its own,
   * since an issuer that does not answer takes some seconds.
   *
   * @return false when this is closed
   */
  public boolean refreshRound() throws InterruptedException {
    refreshKeys();
    return !closed.await(1, TimeUnit.SECONDS);
  }

  /** Ends {@link #refreshRound}. */
  @Override
  public void close() {
    closed.countDown();
  }

  /** Returns whether the keys can be fetched, by the issuer's name, of those that have a URL. */
  public Map<String, KeyCondition> conditions() {
    Map<String, KeyCondition> conditions = new LinkedHashMap<>();
    put(conditions, UNNAMED, unnamed);
    byClaim.values().forEach(issuer -> put(conditions, issuer.name(), issuer.verifier()));
    return conditions;
  }

  private static void put(
      Map<String, KeyCondition> conditions, String name, @Nullable JwtAuthenticator verifier) {
    KeyCondition condition = verifier == null ? null : verifier.keyCondition();
    if (condition != null) {
      conditions.put(name, condition);
    }
  }

  /** Describes the keys of each issuer, for the log. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    if (unnamed != null) {
      lines.add("tokens signed with keys " + unnamed.describeKeys());
    }
    byClaim.forEach(
        (claim, issuer) ->
            lines.add(
                "tokens of the issuer "
                    + issuer.name()
                    + " ("
                    + claim
                    + ") signed with keys "
                    + issuer.verifier().describeKeys()));
    return lines;
  }

  /** Hides the verifiers, which may hold keys. */
  @Override
  public String toString() {
    return "Issuers" + byClaim.keySet();
  }
}
