package io.broadcasty.core.auth.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;

/**
 * Caches verified tokens, so that a token is not verified again for a while. A token is found by
 * the SHA-256 of its text. The number of tokens is bounded, and refused tokens are not cached, so
 * that nobody can fill the memory with them. A key taken out of service stays accepted for as long
 * as tokens are cached.
 */
@ThreadSafe
public final class CachingAuthenticator implements Authenticator {

  /** How many tokens are cached if none is longer than {@link #USUAL_LENGTH}. */
  static final long MAX_TOKENS = 20_000;

  static final int USUAL_LENGTH = 4096;

  private final Authenticator verifier;
  private final WallClock clock;
  private final Cache<TokenHash, Authenticated> cache;

  /**
   * @param cacheDuration how long a token is cached; zero verifies every time
   */
  public CachingAuthenticator(
      Authenticator verifier, Duration cacheDuration, Ticker ticker, WallClock clock) {
    this.verifier = verifier;
    this.clock = clock;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(cacheDuration.isZero() ? 0 : MAX_TOKENS)
            .weigher(CachingAuthenticator::weight)
            .expireAfterWrite(cacheDuration)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Verdict authenticate(String token) {
    TokenHash hash = TokenHash.of(token);
    Authenticated known = cache.getIfPresent(hash);
    if (known != null && isCurrent(known.caller())) {
      return known;
    }
    Verdict verdict = verifier.authenticate(token);
    if (verdict instanceof Authenticated authenticated && authenticated.cacheable()) {
      cache.put(hash, authenticated);
    }
    return verdict;
  }

  /** Returns for how many tokens of usual length a token counts. */
  private static int weight(TokenHash hash, Authenticated authenticated) {
    return 1 + (authenticated.caller().token().length() - 1) / USUAL_LENGTH;
  }

  long size() {
    cache.cleanUp();
    return cache.estimatedSize();
  }

  private boolean isCurrent(Caller caller) {
    return caller.expiresAt().toEpochMilli() > clock.nowMillis();
  }
}
