package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.NodeHealth;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.JsonWriter;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Serves {@code /broadcasty/admin/health}: the health checks of this node with their data, for
 * operators. It answers 200 whatever the checks say; {@code /health} has the status for machines.
 */
@Path("admin/health")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.OPERATOR)
public class HealthResource {

  @Inject private NodeHealth health;

  /** Returns the checks as they are now. */
  @GET
  @Audited(value = "admin.health", kind = Audited.Kind.READ)
  public Response health() {
    List<NodeHealth.Check> checks = health.checks();
    return Response.ok(JsonWriter.object(json -> write(json, checks))).build();
  }

  private static void write(JsonGenerator json, List<NodeHealth.Check> checks) throws IOException {
    json.writeStringField("status", status(checks.stream().allMatch(NodeHealth.Check::up)));
    json.writeArrayFieldStart("checks");
    for (NodeHealth.Check check : checks) {
      json.writeStartObject();
      json.writeStringField("name", check.name());
      json.writeStringField("status", status(check.up()));
      json.writeObjectFieldStart("data");
      for (Map.Entry<String, Object> fact : new TreeMap<>(check.data()).entrySet()) {
        json.writeFieldName(fact.getKey());
        json.writeObject(fact.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String status(boolean up) {
    return up ? "UP" : "DOWN";
  }
}
