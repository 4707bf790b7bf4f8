package io.broadcasty.server.health;

import io.broadcasty.admin.NodeHealth.Check;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The MicroProfile Health checks of this node: started, ready and live, as {@link NodeChecks}
 * examines them.
 *
 * <p>The servers answer {@code /health} to anybody, so the answers say UP or DOWN and nothing else,
 * unless the configuration asks for the data. Operators read them from the admin resource.
 */
@ApplicationScoped
public class HealthChecks {

  @Inject private io.broadcasty.server.Startup startup;

  @Produces
  @Startup
  HealthCheck started() {
    return () -> response(checks().started());
  }

  @Produces
  @Readiness
  HealthCheck ready() {
    return () -> response(checks().ready());
  }

  @Produces
  @Liveness
  HealthCheck live() {
    return () -> response(checks().live());
  }

  private NodeChecks checks() {
    return new NodeChecks(startup);
  }

  private HealthCheckResponse response(Check check) {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named(check.name()).status(check.up());
    if (startup.isStarted() && startup.settings().healthDetails()) {
      addData(response, check);
    }
    return response.build();
  }

  static void addData(HealthCheckResponseBuilder response, Check check) {
    check
        .data()
        .forEach(
            (key, value) -> {
              if (value instanceof Boolean flag) {
                response.withData(key, flag);
              } else if (value instanceof Long number) {
                response.withData(key, number);
              } else {
                response.withData(key, value.toString());
              }
            });
  }
}
