package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that each refused permit is reported with its owner. */
class ObservedRateLimiterTest {

  private static final TenantId ACME = new TenantId("acme");

  private final RecordingListener listener = new RecordingListener();
  private boolean granted;
  private final RateLimiter limiter =
      new ObservedRateLimiter(
          new RateLimiter() {
            @Override
            public Verdict tryAcquire(RateKey key, long permits) {
              return new Verdict(granted, key.scope(), 10, 0, Duration.ofSeconds(1));
            }

            @Override
            public boolean isEnabled() {
              return true;
            }
          },
          listener);

  @Test
  void reportsRefusedPermitsWithTheirOwner() {
    assertFalse(limiter.tryAcquire(RateKey.ofAddress("192.0.2.1"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofChannel(ACME, "a"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofTenant(ACME), 1).granted());
    assertFalse(limiter.tryAcquireBytes(ACME, "ann", 5).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofTenantBytes(ACME), 5).granted());
    assertEquals(
        List.of(
            new LimitReached(LimitReached.RATE_ADDRESS, null, null, null, "192.0.2.1"),
            new LimitReached(LimitReached.RATE_USER, ACME, "ann", null, null),
            new LimitReached(LimitReached.RATE_CHANNEL, ACME, null, "a", null),
            new LimitReached(LimitReached.RATE_TENANT, ACME, null, null, null),
            new LimitReached(LimitReached.BYTES_USER, ACME, "ann", null, null),
            new LimitReached(LimitReached.BYTES_TENANT, ACME, null, null, null)),
        listener.take());
  }

  @Test
  void reportsNoGrantedPermit() {
    granted = true;
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).granted());
    assertEquals(List.of(), listener.take());
  }
}
