package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JWSObject;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.BearerTokens;
import io.broadcasty.core.auth.LogoutVerifier;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens of several issuers. The claim {@code iss} says whose settings a token is
 * verified by, and no other's: a key of one issuer never signs for another. An issuer signs for the
 * tenants of its scope only. The same holds for logout tokens.
 *
 * <p>A token that is no JSON Web Token has no claims. The issuer is asked about it whose prefix it
 * has, and no other, so that no issuer learns the tokens of another.
 */
@ThreadSafe
public final class Issuers implements Authenticator, LogoutVerifier, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Issuers.class.getName());

  /** The name of the issuer that has the settings {@code broadcasty.jwt.…}. */
  public static final String UNNAMED = "jwt";

  private static final Authenticator.Refused UNKNOWN =
      new Authenticator.Refused("the claim `iss` is not an issuer that is trusted here", false);

  private static final Authenticator.Refused UNBOUND =
      new Authenticator.Refused(BearerTokens.UNBOUND, false);

  private final @Nullable JwtAuthenticator unnamed;
  private final int maxLength;

  @SuppressWarnings("ThreadSafe") // it is
  private final CountDownLatch closed = new CountDownLatch(1);

  @SuppressWarnings("ThreadSafe") // never changed
  private final Map<String, Issuer> byClaim = new LinkedHashMap<>();

  /** The issuers of tokens that only they can read, those with the longest prefixes first. */
  @SuppressWarnings("ThreadSafe") // never changed
  private final List<Issuer> opaque;

  /**
   * An issuer.
   *
   * @param signed verifies by signatures; null for an issuer without keys
   * @param asked verifies by asking the issuer; null for an issuer whose signatures say enough
   * @param prefix of the tokens of an issuer that is asked
   */
  private record Issuer(
      String name,
      boolean dpopRequired,
      @Nullable JwtAuthenticator signed,
      @Nullable IntrospectedTokens asked,
      @Nullable LogoutTokens logouts,
      TenantScope tenants,
      String prefix) {

    Authenticator verifier() {
      return asked == null ? Objects.requireNonNull(signed) : asked;
    }
  }

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
    this.opaque =
        byClaim.values().stream()
            .filter(each -> each.asked() != null)
            .sorted(Comparator.comparingInt((Issuer each) -> each.prefix().length()).reversed())
            .toList();
  }

  private static Issuer issuer(IssuerSettings settings, WallClock clock, Ticker ticker) {
    try {
      JwtSettings tokens = settings.tokens();
      JwtAuthenticator signed =
          tokens.hasKeys() || settings.introspection() == null
              ? new JwtAuthenticator(tokens, clock, ticker)
              : null;
      LogoutTokens logouts =
          signed == null ? null : new LogoutTokens(settings, signed.signatures(), clock);
      IntrospectionSettings asking = settings.introspection();
      IntrospectedTokens asked =
          asking == null
              ? null
              : new IntrospectedTokens(
                  tokens, asking, new HttpIntrospection(asking), clock, ticker);
      return new Issuer(
          settings.name(),
          settings.dpopRequired(),
          signed,
          asked,
          logouts,
          settings.tenants(),
          asking == null ? "" : asking.prefix());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the issuer " + settings.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Authenticator.Verdict authenticate(String token) {
    Issuer issuer = issuerOf(token);
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
    return verdict instanceof Authenticated authenticated
            && issuer.dpopRequired()
            && authenticated.caller().boundKey() == null
        ? UNBOUND
        : verdict;
  }

  @Override
  public LogoutVerifier.Verdict verifyLogout(String token) {
    String claimed = claimedIssuer(token);
    Issuer issuer = claimed == null ? null : byClaim.get(claimed);
    LogoutTokens logouts = issuer == null ? null : issuer.logouts();
    if (issuer == null || logouts == null) {
      return new LogoutVerifier.Refused(UNKNOWN.reason());
    }
    try {
      return logouts.verify(token);
    } catch (AuthenticationUnavailableException e) {
      throw unavailable(issuer, e);
    }
  }

  private static AuthenticationUnavailableException unavailable(
      Issuer issuer, AuthenticationUnavailableException e) {
    return new AuthenticationUnavailableException(e.getMessage() + " (" + issuer.name() + ")", e);
  }

  /** Returns whose settings a token is verified by; null when no named issuer's are. */
  private @Nullable Issuer issuerOf(String token) {
    if (byClaim.isEmpty()) {
      return null;
    }
    String claimed = claimedIssuer(token);
    if (claimed != null) {
      return byClaim.get(claimed);
    }
    for (Issuer each : opaque) {
      if (token.startsWith(each.prefix())) {
        return each;
      }
    }
    return null;
  }

  /**
   * Returns what an unverified token claims as its issuer: empty when it claims none, null when it
   * is no signed token.
   */
  private @Nullable String claimedIssuer(String token) {
    if (token.length() > maxLength || !CompactToken.isCanonical(token)) {
      return null;
    }
    try {
      Map<String, Object> claims = JWSObject.parse(token).getPayload().toJSONObject();
      return claims != null && claims.get("iss") instanceof String issuer ? issuer : "";
    } catch (ParseException e) {
      LOG.log(Level.TRACE, "Not a signed token", e);
      return null;
    }
  }

  /** Fetches the keys of all issuers again that are due; may block for some seconds for each. */
  public void refreshKeys() {
    if (unnamed != null) {
      unnamed.refreshKeys();
    }
    for (Issuer issuer : byClaim.values()) {
      if (issuer.signed() != null) {
        issuer.signed().refreshKeys();
      }
    }
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
    byClaim.values().forEach(issuer -> put(conditions, issuer.name(), issuer.signed()));
    return conditions;
  }

  /** Returns whether the issuers answer that are asked about their tokens, by their names. */
  public Map<String, String> introspections() {
    Map<String, String> conditions = new LinkedHashMap<>();
    for (Issuer issuer : opaque) {
      if (issuer.asked() != null) {
        conditions.put(issuer.name(), issuer.asked().condition());
      }
    }
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
                    + ") "
                    + (issuer.asked() != null || issuer.signed() == null
                        ? "that it confirms"
                        : "signed with keys " + issuer.signed().describeKeys())));
    return lines;
  }

  /** Hides the verifiers, which may hold keys. */
  @Override
  public String toString() {
    return "Issuers" + byClaim.keySet();
  }
}
