package io.broadcasty.observability.meters;

import static io.broadcasty.observability.meters.MeterTable.flag;

import io.broadcasty.metrics.Meter;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.sending.PushServiceHealth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Meters of push. */
public final class PushMeters {

  /** The possible outcomes of an attempt. */
  private static final Set<DispatchState> OUTCOMES =
      EnumSet.complementOf(EnumSet.of(DispatchState.QUEUED, DispatchState.SENDING));

  private PushMeters() {}

  /**
   * Returns the meters of the enabled services.
   *
   * @param backlog returns how many notifications wait for a service, as far as known
   * @param conditions returns the condition of each service
   */
  public static List<Meter> of(
      Collection<PushService> services,
      PushCounts counts,
      ToDoubleFunction<PushService> backlog,
      Supplier<List<PushServiceHealth>> conditions) {
    List<Meter> meters = new ArrayList<>();
    for (PushService service : services) {
      for (DispatchState outcome : OUTCOMES) {
        meters.add(
            new Meter(
                MeterTable.PUSH_OUTCOMES,
                List.of(service.name(), outcome.wireName()),
                () -> counts.count(service.name(), outcome.wireName())));
      }
      List<String> label = List.of(service.name());
      meters.add(new Meter(MeterTable.PUSH_QUEUE, label, () -> backlog.applyAsDouble(service)));
      meters.add(
          new Meter(
              MeterTable.PUSH_SERVICE_UP, label, () -> flag(isUp(conditions.get(), service))));
    }
    return meters;
  }

  private static boolean isUp(List<PushServiceHealth> conditions, PushService service) {
    return conditions.stream().anyMatch(each -> each.service().equals(service) && each.sending());
  }
}
