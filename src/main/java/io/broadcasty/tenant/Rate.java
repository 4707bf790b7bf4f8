package io.broadcasty.tenant;

/**
 * A bucket's size and how fast it fills.
 *
 * @param perSecond permits that come back each second; at least 1
 * @param burst permits in a full bucket; at least 1
 */
public record Rate(long perSecond, long burst) {

  public Rate {
    if (perSecond < 1 || burst < 1) {
      throw new IllegalArgumentException("a rate and its burst are at least 1");
    }
  }
}
