package io.broadcasty.core.ratelimit;

class LocalConnectionLimiterTest extends ConnectionLimiterContract {

  private final ConnectionLimiter limiter = new LocalConnectionLimiter(NODE, tenants);

  @Override
  protected ConnectionLimiter limiter() {
    return limiter;
  }
}
