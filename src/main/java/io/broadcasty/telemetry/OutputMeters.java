package io.broadcasty.telemetry;

import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.metrics.Meter;
import io.broadcasty.transport.StreamOutput;
import io.broadcasty.transport.StreamOutputs;
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
  public static List<Meter> of(StreamOutputs outputs, DoubleSupplier watched) {
    List<Meter> meters = new ArrayList<>();
    for (TransportType transport : TransportType.values()) {
      for (StreamOutput output : StreamOutput.values()) {
        if (output.writes(transport)) {
          meters.add(
              new Meter(
                  MeterTable.STREAM_OUTPUTS,
                  List.of(transport.word(), output.label()),
                  () -> outputs.count(transport, output)));
        }
      }
    }
    meters.add(new Meter(MeterTable.WATCHED_STREAMS, List.of(), watched));
    return meters;
  }
}
