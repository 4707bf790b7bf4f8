package io.broadcasty.observability.meters;

import static io.broadcasty.observability.meters.MeterTable.flag;

import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.metrics.Meter;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.StoreCondition.State;
import io.broadcasty.streams.compaction.CompactingBroker;
import io.broadcasty.streams.mirror.MirroredBroker;
import io.broadcasty.streams.spool.SpoolingBroker;
import java.util.ArrayList;
import java.util.List;

/** Meters of the store, the mirror and the spool. */
public final class StoreMeters {

  private StoreMeters() {}

  /** Returns the meters of the store as publishers use it. */
  public static List<Meter> of(Broker broker) {
    List<Meter> meters = new ArrayList<>();
    meters.add(
        new Meter(
            MeterTable.STORE_AVAILABLE,
            List.of(),
            () -> {
              State state = broker.condition().state();
              return flag(state == State.UP || state == State.QUEUEING);
            }));
    for (State state : State.values()) {
      meters.add(
          new Meter(
              MeterTable.STORE_STATE,
              List.of(state.wireName()),
              () -> flag(broker.condition().state() == state)));
    }
    meters.add(new Meter(MeterTable.UNDECODABLE, List.of(), DecodingFailures::count));
    return meters;
  }

  public static List<Meter> ofCompaction(CompactingBroker streams) {
    return List.of(new Meter(MeterTable.COMPACTION_ERASED, List.of(), streams::erased));
  }

  public static List<Meter> ofMirror(MirroredBroker mirror) {
    return List.of(
        new Meter(MeterTable.MIRROR_WAITING, List.of(), mirror::waitingChannels),
        new Meter(MeterTable.MIRROR_MISSED, List.of(), mirror::missed));
  }

  public static List<Meter> ofSpool(SpoolingBroker spool) {
    return List.of(new Meter(MeterTable.SPOOL_WAITING, List.of(), spool::waitingChannels));
  }
}
