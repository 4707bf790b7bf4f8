package io.broadcasty.observability.meters;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.metrics.Meter;
import io.broadcasty.transport.container.StreamOutput;
import io.broadcasty.transport.container.StreamOutputSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Meters of the outputs of this node's connections, and of watched streams. */
public final class OutputMeters {

  private OutputMeters() {}

  /**
   * Returns the meters.
   *
   * @param watched returns how many streams are watched for disconnects
   */
  public static List<Meter> of(StreamOutputSelector outputs, DoubleSupplier watched) {
    List<Meter> meters = new ArrayList<>();
    for (TransportType transport : TransportType.values()) {
      for (StreamOutput output : StreamOutput.values()) {
        if (output.writes(transport)) {
          meters.add(
              new Meter(
                  MeterTable.STREAM_OUTPUTS,
                  List.of(transport.wireName(), output.label()),
                  () -> outputs.count(transport, output)));
        }
      }
    }
    meters.add(new Meter(MeterTable.WATCHED_STREAMS, List.of(), watched));
    return meters;
  }
}
