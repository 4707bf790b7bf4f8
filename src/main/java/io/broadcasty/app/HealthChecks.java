package io.broadcasty.app;

import io.broadcasty.background.LoopCondition;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.driver.RelayStatus;
import io.broadcasty.push.PushCondition;
import io.broadcasty.tenant.TenantId;
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
 * MicroProfile Health: started once the node runs; ready while it takes connections and its store
 * can be read; live while its scheduler and its background threads run. A store that is read and
 * takes no publications leaves the node ready, and is told beside: all nodes share it, so no other
 * would do better, and subscribers are served. So is a push service that does not take what is
 * sent.
 */
@ApplicationScoped
public class HealthChecks {

  private static final Duration STUCK = Duration.ofSeconds(30);
  private static final TenantId PROBE = new TenantId("health");

  @Inject private io.broadcasty.app.Startup startup;

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
              .withData("store", store.state().word())
              .withData("driver", word(node.relay().status()))
              .withData("connections", node.sessions().size())
              .status(!draining && store.state() != StoreCondition.State.DOWN);
      if (!store.reason().isEmpty()) {
        response.withData("reason", store.reason());
      }
      for (PushCondition push : node.push().conditions()) {
        String trouble = push.trouble();
        response.withData(
            "push-" + push.service().word(), trouble == null ? "up" : "degraded: " + trouble);
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
   * Live while the scheduler runs and no background thread is lost, or meets an Error again and
   * again. One that has met an Error and goes on is told beside.
   */
  static HealthCheckResponseBuilder live(
      HealthCheckResponseBuilder response, Duration sinceSweep, List<LoopCondition> loops) {
    boolean live = sinceSweep.compareTo(STUCK) < 0;
    for (LoopCondition loop : loops) {
      live &= !loop.isDown();
      if (!loop.running()) {
        response.withData("loop-" + loop.name(), "has no thread and cannot be given one");
      } else if (loop.restarts() > 0) {
        response.withData(
            "loop-" + loop.name(),
            "started anew after an Error "
                + loop.restarts()
                + " times, "
                + loop.recentRestarts()
                + " of them lately");
      }
    }
    return response.status(live);
  }

  /** What is known of the store, and whether it can be read at this moment. */
  static StoreCondition store(Broker broker) {
    try {
      broker.channels(PROBE, new ChannelPattern(""), 1);
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
   * Clients of a provider that is not preferred, or of none, are served: not a reason to be down.
   */
  private static String word(RelayStatus relay) {
    return relay.degraded() ? "degraded" : relay.active();
  }
}
