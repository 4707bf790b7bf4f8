package io.broadcasty.observability.meters;

import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.webhook.WebhookDelivery;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Meters of webhooks. */
public final class WebhookMeters {

  private WebhookMeters() {}

  /**
   * Returns the meters.
   *
   * @param lost returns how many events could not be stored
   */
  public static List<Meter> of(WebhookCounts counts, LongSupplier lost) {
    List<Meter> meters = new ArrayList<>();
    for (WebhookDelivery.State state : WebhookDelivery.State.values()) {
      String outcome = state == WebhookDelivery.State.WAITING ? "retrying" : state.wireName();
      meters.add(
          new Meter(MeterTable.WEBHOOK_ATTEMPTS, List.of(outcome), () -> counts.count(state)));
    }
    meters.add(new Meter(MeterTable.WEBHOOK_LOST, List.of(), lost::getAsLong));
    meters.add(new Meter(MeterTable.WEBHOOK_DISABLED, List.of(), counts::disabled));
    return meters;
  }

  /** Returns the meter of how long endpoints take to answer. */
  public static HistogramMeter duration(WebhookCounts counts) {
    return new HistogramMeter(MeterTable.WEBHOOK_DURATION, List.of(), counts.durations());
  }
}
