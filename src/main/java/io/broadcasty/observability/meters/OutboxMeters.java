package io.broadcasty.observability.meters;

import io.broadcasty.metrics.Meter;
import io.broadcasty.outbox.OutboxStatus;
import java.util.List;

/** Meters of the outboxes of applications. */
public final class OutboxMeters {

  private OutboxMeters() {}

  /**
   * Returns the meters of the reader of an outbox.
   *
   * @param id of its source
   */
  public static List<Meter> of(String id, OutboxStatus status) {
    return List.of(
        new Meter(MeterTable.OUTBOX_ROWS, List.of(id, "published"), status::published),
        new Meter(MeterTable.OUTBOX_ROWS, List.of(id, "refused"), status::refused),
        new Meter(MeterTable.OUTBOX_ERRORS, List.of(id), status::errors),
        new Meter(MeterTable.OUTBOX_LAG, List.of(id), status::lagSeconds));
  }
}
