package io.broadcasty.core.ratelimit;

import java.time.Duration;

/** A rate limiter that grants every request. */
public final class Unlimited implements RateLimiter {

  @Override
  public Verdict tryAcquire(RateKey key, long permits) {
    return new Verdict(true, key.scope(), 1, 1, Duration.ZERO);
  }

  @Override
  public boolean isEnabled() {
    return false;
  }
}
