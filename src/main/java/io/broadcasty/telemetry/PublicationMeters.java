package io.broadcasty.telemetry;

import io.broadcasty.hub.Hub;
import io.broadcasty.metrics.Meter;
import io.broadcasty.publish.PublishCounts;
import java.util.ArrayList;
import java.util.List;

/** Meters of what is published and delivered on this node. */
public final class PublicationMeters {

  private PublicationMeters() {}

  public static List<Meter> of(PublishCounts counts, Hub hub) {
    List<Meter> meters = new ArrayList<>();
    for (PublishCounts.Result result : PublishCounts.Result.values()) {
      meters.add(
          new Meter(MeterTable.PUBLICATIONS, List.of(result.word()), () -> counts.count(result)));
    }
    meters.add(new Meter(MeterTable.DELIVERIES, List.of(), hub::delivered));
    return meters;
  }
}
