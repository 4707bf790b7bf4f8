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

  static final long MAX_TOKENS = 20_000;

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
            .maximumSize(cacheDuration.isZero() ? 0 : MAX_TOKENS)
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
    if (verdict instanceof Authenticated authenticated) {
      cache.put(hash, authenticated);
    }
    return verdict;
  }

  long size() {
    cache.cleanUp();
    return cache.estimatedSize();
  }

  private boolean isCurrent(Caller caller) {
    return caller.expiresAt().toEpochMilli() > clock.nowMillis();
  }
}
