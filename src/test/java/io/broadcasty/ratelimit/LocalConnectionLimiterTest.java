package io.broadcasty.ratelimit;

class LocalConnectionLimiterTest extends ConnectionLimiterContract {

  private final ConnectionLimiter limiter = new LocalConnectionLimiter(NODE, PER_TENANT, PER_USER);

  @Override
  protected ConnectionLimiter limiter() {
    return limiter;
  }
}
