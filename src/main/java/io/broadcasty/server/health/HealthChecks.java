package io.broadcasty.server.health;

import io.broadcasty.core.background.LoopCondition;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.sending.PushServiceHealth;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.server.Node;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsWarning;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StoreCondition;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The MicroProfile Health checks of this node: started, ready and live.
 *
 * <ul>
 *   <li>Started: the node runs.
 *   <li>Ready: the node accepts connections and its store can be read. A store that can be read but
 *       rejects publications leaves the node ready and is reported in the data: all nodes share the
 *       store, so no other node would do better, and subscribers are still served. The same holds
 *       for a push service that rejects notifications.
 *   <li>Live: the scheduler and the background threads run.
 * </ul>
 */
@ApplicationScoped
public class HealthChecks {

  private static final Duration MAX_SWEEP_AGE = Duration.ofSeconds(30);
  private static final TenantId PROBE_TENANT = new TenantId("health");

  @Inject private io.broadcasty.server.Startup startup;

  @Produces
  @Startup
  HealthCheck started() {
    return () ->
        HealthCheckResponse.named("broadcasty-started").status(startup.isStarted()).build();
  }

  @Produces
  @Readiness
  HealthCheck ready() {
    return () -> {
      if (!startup.isStarted()) {
        return HealthCheckResponse.named("broadcasty-ready").down().build();
      }
      Node node = startup.node();
      boolean draining = node.sessions().isDraining();
      StoreCondition store = store(node.broker());
      HealthCheckResponseBuilder response =
          HealthCheckResponse.named("broadcasty-ready")
              .withData("draining", draining)
              .withData("store", store.state().wireName())
              .withData("driver", driverState(node.relay().status()))
              .withData("connections", node.sessions().size())
              .status(!draining && store.state() != StoreCondition.State.DOWN);
      if (!store.reason().isEmpty()) {
        response.withData("reason", store.reason());
      }
      String warnings = warnings(startup.settings());
      if (!warnings.isEmpty()) {
        response.withData("warnings", warnings);
      }
      for (PushServiceHealth push : node.push().health()) {
        String trouble = push.problem();
        response.withData(
            "push-" + push.service().name(), trouble == null ? "up" : "degraded: " + trouble);
      }
      return response.build();
    };
  }

  @Produces
  @Liveness
  HealthCheck live() {
    return () -> {
      HealthCheckResponseBuilder response = HealthCheckResponse.named("broadcasty-live");
      if (!startup.isStarted()) {
        return response.up().build();
      }
      Node node = startup.node();
      return live(response, node.sinceSweep(), node.loops().conditions()).build();
    };
  }

  /**
   * Reports live while the scheduler runs, every background loop has a thread, and none of them
   * keeps failing with an {@link Error}. A loop that was restarted after an Error is reported in
   * the data.
   */
  static HealthCheckResponseBuilder live(
      HealthCheckResponseBuilder response, Duration sinceSweep, List<LoopCondition> loops) {
    boolean live = sinceSweep.compareTo(MAX_SWEEP_AGE) < 0;
    for (LoopCondition loop : loops) {
      live &= !loop.needsProcessRestart();
      if (!loop.running()) {
        response.withData("loop-" + loop.name(), "has no thread and cannot be restarted");
      } else if (loop.restarts() > 0) {
        response.withData(
            "loop-" + loop.name(),
            "restarted after an Error "
                + loop.restarts()
                + " times, "
                + loop.recentRestarts()
                + " of them recently");
      }
    }
    return response.status(live);
  }

  /** Returns the keys of the settings that the log of the start warns about. */
  static String warnings(Settings settings) {
    return String.join(
        ", ", SettingsWarning.of(settings).stream().map(SettingsWarning::key).toList());
  }

  /** Returns the store's condition, after an attempt to read from the store. */
  static StoreCondition store(Broker broker) {
    try {
      broker.channels(PROBE_TENANT, new ChannelPattern(""), 1);
      return broker.condition();
    } catch (BrokerException e) {
      StoreCondition known = broker.condition();
      if (known.state() == StoreCondition.State.QUEUEING) {
        return known;
      }
      return new StoreCondition(
          StoreCondition.State.DOWN,
          known.reason().isEmpty() ? String.valueOf(e.getMessage()) : known.reason());
    }
  }

  /**
   * Returns the name of the active provider, or {@code degraded}. Clients are served even when the
   * active provider is not the preferred one, or when there is none, so the node stays ready.
   */
  private static String driverState(RelayStatus relay) {
    return relay.degraded() ? "degraded" : relay.active();
  }
}
