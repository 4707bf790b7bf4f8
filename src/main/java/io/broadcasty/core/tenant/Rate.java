package io.broadcasty.core.tenant;

/**
 * The refill rate and the capacity of a token bucket.
 *
 * @param perSecond permits added each second; at least 1
 * @param burst permits in a full bucket; at least 1
 */
public record Rate(long perSecond, long burst) {

  public Rate {
    if (perSecond < 1 || burst < 1) {
      throw new IllegalArgumentException("a rate and its burst must be at least 1");
    }
  }
}
