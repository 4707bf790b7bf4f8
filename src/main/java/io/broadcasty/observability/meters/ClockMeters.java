package io.broadcasty.observability.meters;

import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.metrics.Meter;
import java.util.List;

/** The meter of this node's clock. */
public final class ClockMeters {

  private static final double MILLIS_PER_SECOND = 1000;

  private ClockMeters() {}

  /** Returns how far the node's clock is ahead of that of the store. */
  public static List<Meter> of(ClockCheck clock) {
    return List.of(
        new Meter(MeterTable.CLOCK_SKEW, List.of(), () -> clock.skewMillis() / MILLIS_PER_SECOND));
  }
}
