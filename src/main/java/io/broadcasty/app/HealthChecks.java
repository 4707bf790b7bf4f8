package io.broadcasty.app;

import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.tenant.TenantId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * MicroProfile Health: started once the node runs; ready while it takes connections and its store
 * can be read; live while its scheduler runs.
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
      boolean storeUp = storeAnswers(node);
      return HealthCheckResponse.named("broadcasty-ready")
          .withData("draining", draining)
          .withData("store", storeUp ? "up" : "down")
          .withData("connections", node.sessions().size())
          .status(!draining && storeUp)
          .build();
    };
  }

  @Produces
  @Liveness
  HealthCheck live() {
    return () ->
        HealthCheckResponse.named("broadcasty-live")
            .status(!startup.isStarted() || startup.node().sinceSweep().compareTo(STUCK) < 0)
            .build();
  }

  private static boolean storeAnswers(Node node) {
    try {
      node.broker().channels(PROBE, new ChannelPattern(""), 1);
      return true;
    } catch (BrokerException e) {
      return false;
    }
  }
}
