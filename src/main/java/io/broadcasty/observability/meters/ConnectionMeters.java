package io.broadcasty.observability.meters;

import static io.broadcasty.observability.meters.MeterTable.flag;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.delivery.session.SuspensionReason;
import io.broadcasty.metrics.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Meters of the connections of this node, and of the cluster's nodes. */
public final class ConnectionMeters {

  private ConnectionMeters() {}

  public static List<Meter> of(ConnectionCounts counts, Sessions sessions, IntSupplier nodes) {
    List<Meter> meters = new ArrayList<>();
    for (TransportType type : TransportType.values()) {
      List<String> label = List.of(type.wireName());
      meters.add(new Meter(MeterTable.CONNECTIONS, label, () -> counts.openCount(type)));
      meters.add(new Meter(MeterTable.CONNECTIONS_OPENED, label, () -> counts.openedCount(type)));
      meters.add(new Meter(MeterTable.SLOW_CONSUMERS, label, () -> counts.slowConsumers(type)));
    }
    meters.add(new Meter(MeterTable.NODES, List.of(), nodes::getAsInt));
    meters.add(
        new Meter(
            MeterTable.DRAINING,
            List.of(),
            () -> flag(sessions.isDraining() || sessions.isSuspended(SuspensionReason.OPERATOR))));
    return meters;
  }
}
