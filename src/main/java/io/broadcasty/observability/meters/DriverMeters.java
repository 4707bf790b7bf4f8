package io.broadcasty.observability.meters;

import static io.broadcasty.observability.meters.MeterTable.flag;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.failover.ProviderState.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Meters of relaying to providers. */
public final class DriverMeters {

  private static final double MILLIS = 1000;

  private final Supplier<RelayStatus> status;
  private final List<Meter> meters = new ArrayList<>();

  private DriverMeters(Supplier<RelayStatus> status) {
    this.status = status;
  }

  /** Returns the meters of the providers that are configured at the start. */
  public static List<Meter> of(RelayStatusSource report, Ticker ticker) {
    DriverMeters made = new DriverMeters(new CachedValue<>(report::status, ticker));
    RelayStatus first = report.status();
    for (String name : first.order()) {
      made.add(MeterTable.DRIVER_ACTIVE, List.of(name), s -> flag(s.active().equals(name)));
    }
    for (RelayStatus.ProviderStatus provider : first.providers()) {
      made.addProvider(provider.state().name());
    }
    made.add(MeterTable.DRIVER_SWITCHES, List.of(), RelayStatus::switches);
    made.add(MeterTable.DRIVER_LAG_PUBLICATIONS, List.of(), s -> s.lag().publications());
    made.add(MeterTable.DRIVER_LAG_SECONDS, List.of(), s -> s.lag().millis() / MILLIS);
    made.add(MeterTable.DRIVER_REJECTED, List.of(), RelayStatus::rejected);
    made.add(MeterTable.DRIVER_MISSED, List.of(), RelayStatus::missed);
    return made.meters;
  }

  private void addProvider(String name) {
    for (Condition condition : Condition.values()) {
      addFlag(
          MeterTable.DRIVER_STATE,
          List.of(name, condition.name().toLowerCase(Locale.ROOT)),
          provider -> provider.state().condition() == condition);
    }
    addFlag(
        MeterTable.DRIVER_BREAKER, List.of(name), provider -> provider.breaker().equals("open"));
    add(MeterTable.DRIVER_RELAYED, List.of(name), s -> provider(s, name).relayed());
  }

  private void addFlag(
      MeterFamily family, List<String> labels, Predicate<RelayStatus.ProviderStatus> is) {
    add(family, labels, s -> flag(is.test(provider(s, labels.get(0)))));
  }

  private void add(MeterFamily family, List<String> labels, ToDoubleFunction<RelayStatus> read) {
    meters.add(new Meter(family, labels, () -> read.applyAsDouble(status.get())));
  }

  private static RelayStatus.ProviderStatus provider(RelayStatus status, String name) {
    for (RelayStatus.ProviderStatus provider : status.providers()) {
      if (provider.state().name().equals(name)) {
        return provider;
      }
    }
    throw new IllegalStateException("Unknown provider: " + name);
  }
}
