package io.broadcasty.observability.meters;

import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.metrics.Meter;
import java.util.ArrayList;
import java.util.List;

/** Meters of the decisions that a back end is asked for. */
public final class CallbackMeters {

  private CallbackMeters() {}

  /** Returns the meters of a node. */
  public static List<Meter> of(CallbackCounts counts) {
    List<Meter> meters = new ArrayList<>();
    for (CallbackCounts.Outcome outcome : CallbackCounts.Outcome.values()) {
      meters.add(
          new Meter(
              MeterTable.POLICY_DECISIONS, List.of(outcome.wireName()), () -> counts.of(outcome)));
    }
    return meters;
  }
}
