package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.RealtimeListener;

/** Notifies the listener of refused permits. */
@ThreadSafe
public record ObservedRateLimiter(RateLimiter inner, RealtimeListener listener)
    implements RateLimiter {

  @Override
  public Verdict tryAcquire(RateKey key, long permits) {
    Verdict verdict = inner.tryAcquire(key, permits);
    if (!verdict.granted()) {
      listener.onLimitReached(event(key));
    }
    return verdict;
  }

  @Override
  public boolean isEnabled() {
    return inner.isEnabled();
  }

  private static LimitReached event(RateKey key) {
    return switch (key.scope()) {
      case IP, PING -> new LimitReached(LimitReached.RATE_ADDRESS, null, null, null, key.name());
      case USER -> new LimitReached(LimitReached.RATE_USER, key.tenant(), key.name(), null, null);
      case CHANNEL ->
          new LimitReached(LimitReached.RATE_CHANNEL, key.tenant(), null, key.name(), null);
      case TENANT -> new LimitReached(LimitReached.RATE_TENANT, key.tenant(), null, null, null);
      case USER_BYTES ->
          new LimitReached(LimitReached.BYTES_USER, key.tenant(), key.name(), null, null);
      case TENANT_BYTES ->
          new LimitReached(LimitReached.BYTES_TENANT, key.tenant(), null, null, null);
    };
  }
}
