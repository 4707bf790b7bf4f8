package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;

/** A rate limiter that grants every request. */
@ThreadSafe
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
