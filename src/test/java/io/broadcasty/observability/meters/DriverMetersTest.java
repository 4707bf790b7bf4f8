package io.broadcasty.observability.meters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.metrics.Meter;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatus.ProviderStatus;
import io.broadcasty.relay.failover.ProviderState;
import io.broadcasty.relay.failover.ProviderState.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DriverMetersTest {

  private final ManualTime time = new ManualTime();
  private RelayStatus status = status(Condition.HEALTHY, "reverb", 0);
  private int asked;

  private final List<Meter> meters =
      DriverMeters.of(
          () -> {
            asked++;
            return status;
          },
          time);

  private static RelayStatus status(Condition reverb, String active, long switches) {
    return new RelayStatus(
        "auto",
        List.of("reverb", "ably", "redis"),
        active,
        !active.equals("reverb"),
        List.of(
            new ProviderStatus(new ProviderState("reverb", reverb, Instant.EPOCH, null), 17),
            new ProviderStatus(
                new ProviderState("ably", Condition.HEALTHY, Instant.EPOCH, null), 4)),
        null,
        switches,
        new RelayStatus.Lag(9, 1500),
        21,
        2,
        3);
  }

  private double value(String name, String... labels) {
    return meters.stream()
        .filter(m -> m.family().name().equals(name) && m.labels().equals(List.of(labels)))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void showsTheActiveProviderAndEachState() {
    assertEquals(1, value("broadcasty_driver_active", "reverb"));
    status = status(Condition.FAILING, "ably", 1);
    time.advance(CachedValue.MAX_AGE);
    assertEquals(0, value("broadcasty_driver_active", "reverb"));
    assertEquals(1, value("broadcasty_driver_active", "ably"));
    assertEquals(0, value("broadcasty_driver_active", "redis"));
    assertEquals(0, value("broadcasty_driver_state", "reverb", "healthy"));
    assertEquals(1, value("broadcasty_driver_state", "reverb", "failing"));
    assertEquals(0, value("broadcasty_driver_state", "reverb", "probing"));
    assertEquals(1, value("broadcasty_driver_state", "ably", "healthy"));
    assertEquals(1, value("broadcasty_driver_breaker_open", "reverb"));
    assertEquals(0, value("broadcasty_driver_breaker_open", "ably"));
    assertEquals(1, value("broadcasty_driver_switches_total"));
  }

  @Test
  void countsRelayedAndUnrelayedPublications() {
    assertEquals(17, value("broadcasty_driver_relayed_publications_total", "reverb"));
    assertEquals(4, value("broadcasty_driver_relayed_publications_total", "ably"));
    assertEquals(9, value("broadcasty_driver_lag_publications"));
    assertEquals(1.5, value("broadcasty_driver_lag_seconds"));
    assertEquals(2, value("broadcasty_driver_rejected_publications_total"));
    assertEquals(3, value("broadcasty_driver_missed_publications_total"));
  }

  @Test
  void readsTheRelayOnceForAllMeters() {
    asked = 0;
    meters.forEach(Meter::value);
    assertEquals(1, asked);
    time.advance(CachedValue.MAX_AGE);
    meters.forEach(Meter::value);
    assertEquals(2, asked);
  }
}
