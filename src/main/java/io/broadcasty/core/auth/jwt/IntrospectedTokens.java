package io.broadcasty.core.auth.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.http.CallBreaker;
import io.broadcasty.core.http.CallBreaker.Permission;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks an issuer about its tokens, which nobody else can read (OAuth 2.0 Token Introspection, RFC
 * 7662). An answer counts for a short time, under the hash of the token; a token that is being
 * asked about is not asked about twice at the same time.
 *
 * <p>A thread that needs an answer waits for it, within the time limit; a bounded number of them
 * does. While the issuer does not answer, nobody waits but those that try whether it does again.
 */
@ThreadSafe
final class IntrospectedTokens implements Authenticator {

  /** How many threads may wait for answers. */
  static final int MAX_WAITING = 32;

  /** How long the answer that a token is not active counts. */
  static final Duration REFUSED_FOR = Duration.ofSeconds(5);

  static final long MAX_ACTIVE = 20_000;
  static final long MAX_REFUSED = 5_000;

  /** An answer of this many characters counts as one of {@link #MAX_ACTIVE}. */
  private static final int USUAL_LENGTH = 4096;

  private static final System.Logger LOG = System.getLogger(IntrospectedTokens.class.getName());

  /** The characters of a token (RFC 6750, section 2.1). */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final Refused INACTIVE =
      new Refused("the issuer of this token says that it is not valid; get a new one", false);

  private final JwtSettings settings;
  private final AccessClaims claims;
  private final IntrospectionExchange exchange;
  private final WallClock clock;
  private final Duration timeout;
  private final CallBreaker breaker;
  private final FailureLog failures;
  private final Cache<TokenHash, Known> active;
  private final Cache<TokenHash, Refused> refused;

  @SuppressWarnings("ThreadSafe") // it is
  private final Semaphore waiting = new Semaphore(MAX_WAITING);

  @SuppressWarnings("ThreadSafe") // it is
  private final ConcurrentHashMap<TokenHash, CompletableFuture<Verdict>> asked =
      new ConcurrentHashMap<>();

  /** Why the latest question was not answered; empty when it was. */
  private volatile String problem = "";

  /**
   * An answer about a valid token.
   *
   * @param length of the answer
   */
  private record Known(Authenticated verdict, int length) {}

  /**
   * Creates it without answers.
   *
   * @param settings what tokens of the issuer have to say; an answer without {@code iss} is of the
   *     issuer that was asked
   */
  IntrospectedTokens(
      JwtSettings settings,
      IntrospectionSettings introspection,
      IntrospectionExchange exchange,
      WallClock clock,
      Ticker ticker) {
    this.settings = settings;
    this.claims = new AccessClaims(settings, clock);
    this.exchange = exchange;
    this.clock = clock;
    this.timeout = introspection.timeout();
    this.breaker = new CallBreaker(ticker);
    this.failures =
        new FailureLog(LOG, Level.WARNING, "Asking " + introspection.endpoint(), ticker);
    Duration cache = introspection.cache();
    this.active =
        Caffeine.newBuilder()
            .maximumWeight(cache.isZero() ? 0 : MAX_ACTIVE)
            .weigher((TokenHash hash, Known known) -> 1 + known.length() / USUAL_LENGTH)
            .expireAfterWrite(cache)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .build();
    this.refused =
        Caffeine.newBuilder()
            .maximumSize(cache.isZero() ? 0 : MAX_REFUSED)
            .expireAfterWrite(cache.compareTo(REFUSED_FOR) < 0 ? cache : REFUSED_FOR)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .build();
  }

  /** Says whether the issuer answers, for operators. */
  String condition() {
    return problem.isEmpty() ? "up" : "down: its tokens cannot be verified: " + problem;
  }

  long size() {
    active.cleanUp();
    refused.cleanUp();
    return active.estimatedSize() + refused.estimatedSize();
  }

  @Override
  public Verdict authenticate(String token) {
    if (token.length() > settings.maxLength()) {
      return refusal("the token is longer than " + settings.maxLength() + " characters");
    }
    if (!FORM.matcher(token).matches()) {
      return refusal("the token has characters that a token must not have");
    }
    TokenHash hash = TokenHash.of(token);
    Known known = active.getIfPresent(hash);
    if (known != null && isCurrent(known.verdict())) {
      return known.verdict();
    }
    Refused old = refused.getIfPresent(hash);
    if (old != null) {
      return old;
    }
    if (!waiting.tryAcquire()) {
      throw new AuthenticationUnavailableException(
          MAX_WAITING + " requests wait for answers of the issuer already");
    }
    try {
      return askOnce(hash, token);
    } finally {
      waiting.release();
    }
  }

  private boolean isCurrent(Authenticated verdict) {
    return verdict.caller().expiresAt().toEpochMilli() > clock.nowMillis();
  }

  private Verdict askOnce(TokenHash hash, String token) {
    CompletableFuture<Verdict> mine = new CompletableFuture<>();
    CompletableFuture<Verdict> others = asked.putIfAbsent(hash, mine);
    if (others != null) {
      return await(others);
    }
    try {
      Verdict verdict = ask(hash, token);
      mine.complete(verdict);
      return verdict;
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      asked.remove(hash, mine);
    }
  }

  private Verdict await(CompletableFuture<Verdict> others) {
    try {
      return others.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unavailable(CallFailure.unwrap(e));
    } catch (TimeoutException e) {
      throw unavailable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    }
  }

  private Verdict ask(TokenHash hash, String token) {
    Permission permission = breaker.permission();
    if (permission == Permission.REFUSED) {
      throw unavailable(null);
    }
    String answer;
    Map<String, Object> members;
    try {
      answer = exchange.ask(token);
      members = new HashMap<>(JSONObjectUtils.parse(answer));
      if (!(members.get("active") instanceof Boolean)) {
        throw new IOException("`active` in the reply is neither true nor false");
      }
    } catch (IOException | ParseException e) {
      breaker.recordFailure(permission);
      // the message of the parser may contain what was answered
      IOException told = e instanceof IOException io ? io : new IOException("the reply is no JSON");
      problem = String.valueOf(told.getMessage());
      failures.recordFailure(told);
      throw unavailable(told);
    } catch (RuntimeException | Error e) {
      breaker.recordFailure(permission);
      throw e;
    }
    breaker.recordSuccess();
    problem = "";
    failures.recordSuccess();
    Verdict verdict =
        Boolean.TRUE.equals(members.get("active")) ? verdict(members, token) : INACTIVE;
    if (verdict instanceof Authenticated authenticated) {
      active.put(hash, new Known(authenticated, answer.length()));
    } else if (verdict instanceof Refused refusal) {
      refused.put(hash, refusal);
    }
    return verdict;
  }

  private Verdict verdict(Map<String, Object> members, String token) {
    if (members.get("token_type") instanceof String type
        && !type.equalsIgnoreCase("Bearer")
        && !type.equalsIgnoreCase("DPoP")) {
      return refusal("its issuer says that this is no access token");
    }
    if (settings.issuer() != null) {
      members.putIfAbsent("iss", settings.issuer()); // optional (section 2.2)
    }
    Verdict verdict;
    try {
      verdict = claims.check(members, JWTClaimsSet.parse(members), token);
    } catch (ParseException e) {
      LOG.log(Level.TRACE, "An answer has a claim of the wrong type", e);
      return refusal("a registered claim of the issuer's answer has the wrong type");
    }
    return verdict instanceof Authenticated authenticated
        ? new Authenticated(authenticated.caller(), false)
        : verdict;
  }

  private static AuthenticationUnavailableException unavailable(@Nullable Throwable cause) {
    String message = "the issuer cannot be asked about this token";
    return cause == null
        ? new AuthenticationUnavailableException(message)
        : new AuthenticationUnavailableException(message, cause);
  }

  private static Refused refusal(String reason) {
    return new Refused(reason, false);
  }

  /** Hides the exchange, which has a secret. */
  @Override
  public String toString() {
    return "IntrospectedTokens";
  }
}
