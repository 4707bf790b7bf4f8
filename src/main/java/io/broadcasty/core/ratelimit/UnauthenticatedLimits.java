package io.broadcasty.core.ratelimit;

import io.broadcasty.core.tenant.Rate;
import java.time.Duration;

/**
 * The limits of connections that have opened without a token, on one node.
 *
 * @param maxOfAddress how many of one address there may be at once
 * @param maxInAll how many there may be at once
 * @param rateEnabled whether the rate is in force
 * @param rate how fast they may come
 * @param lifetime how long one may take to authenticate
 */
public record UnauthenticatedLimits(
    int maxOfAddress, int maxInAll, boolean rateEnabled, Rate rate, Duration lifetime) {

  public UnauthenticatedLimits {
    if (maxOfAddress < 1 || maxInAll < 1) {
      throw new IllegalArgumentException("at least one connection must be possible");
    }
  }
}
