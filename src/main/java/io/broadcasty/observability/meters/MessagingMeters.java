package io.broadcasty.observability.meters;

import io.broadcasty.messaging.ConnectorCounts;
import io.broadcasty.metrics.Meter;
import io.broadcasty.relay.RelayStatusSource;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Meters of the connectors to the server's messaging. */
public final class MessagingMeters {

  private MessagingMeters() {}

  /** Returns the meters of a connector that receives. */
  public static List<Meter> of(String connector, ConnectorCounts counts) {
    return List.of(
        received(connector, "published", counts::published),
        received(connector, "repeated", counts::repeated),
        received(connector, "dead", counts::deadLettered),
        new Meter(
            MeterTable.MESSAGING_CONNECTED,
            List.of(connector),
            () -> counts.isConnected() ? 1 : 0));
  }

  /** Returns the meters of a connector that sends. */
  public static List<Meter> of(String connector, RelayStatusSource relay) {
    return List.of(
        new Meter(MeterTable.MESSAGING_SENT, List.of(connector), () -> relay.status().relayed()),
        new Meter(
            MeterTable.MESSAGING_WAITING,
            List.of(connector),
            () -> relay.status().lag().publications()),
        new Meter(
            MeterTable.MESSAGING_CONNECTED,
            List.of(connector),
            () -> relay.status().degraded() ? 0 : 1));
  }

  private static Meter received(String connector, String outcome, DoubleSupplier source) {
    return new Meter(MeterTable.MESSAGING_RECEIVED, List.of(connector, outcome), source);
  }
}
