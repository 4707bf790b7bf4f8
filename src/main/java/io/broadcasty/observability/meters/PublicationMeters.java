package io.broadcasty.observability.meters;

import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.metrics.Meter;
import java.util.ArrayList;
import java.util.List;

/** Meters of publishing and delivery on this node. */
public final class PublicationMeters {

  private PublicationMeters() {}

  public static List<Meter> of(PublishCounts counts, Hub hub) {
    List<Meter> meters = new ArrayList<>();
    for (PublishResult result : PublishResult.values()) {
      meters.add(
          new Meter(
              MeterTable.PUBLICATIONS, List.of(result.wireName()), () -> counts.count(result)));
    }
    meters.add(new Meter(MeterTable.DELIVERIES, List.of(), hub::deliveryCount));
    meters.add(new Meter(MeterTable.CHANNELS, List.of(), hub::channels));
    return meters;
  }
}
