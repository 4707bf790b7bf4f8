package io.broadcasty.observability.meters;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.metrics.Meter;
import java.util.List;

/** Meters of the background threads. */
public final class LoopMeters {

  private LoopMeters() {}

  /** Returns the meters of the loops of one name. */
  public static List<Meter> of(BackgroundLoops loops, String name) {
    List<String> label = List.of(name);
    return List.of(
        new Meter(MeterTable.LOOP_RESTARTS, label, () -> loops.condition(name).restarts()),
        new Meter(MeterTable.LOOP_FAILURES, label, () -> loops.condition(name).failures()));
  }
}
