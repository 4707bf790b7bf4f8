package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.JsonWriter;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Map;

/**
 * Serves {@code /broadcasty/admin}: the state of the service, for administrators and operators. It
 * shows a caller its own tenant only, and machines only to operators.
 */
@Path("admin")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AdminResource {

  @Inject private NodeRegistry registry;
  @Inject private ConnectionLimiter connections;
  @Inject private Administration administration;
  @Inject private CurrentCaller current;

  /** Lists the live nodes, in order of their start. */
  @GET
  @Path("nodes")
  @Audited(value = "admin.nodes", kind = Audited.Kind.READ)
  public Response nodes() {
    Caller caller = current.require();
    boolean hosts = administration.isOperator(caller);
    Map<String, Integer> ofTenant = connections.connections(caller.tenant());
    return Response.ok(
            JsonWriter.object(
                json -> {
                  json.writeArrayFieldStart("nodes");
                  for (NodeInfo node : registry.nodes()) {
                    write(json, node, ofTenant.getOrDefault(node.name(), 0), hosts);
                  }
                  json.writeEndArray();
                }))
        .build();
  }

  private void write(JsonGenerator json, NodeInfo node, int connections, boolean host)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", node.name());
    json.writeBooleanField("self", node.name().equals(registry.self()));
    if (host) {
      json.writeStringField("host", node.host());
    }
    json.writeStringField("version", node.version());
    json.writeStringField("state", node.draining() ? "draining" : "ready");
    json.writeNumberField("connections", connections);
    json.writeStringField("startedAt", node.startedAt().toString());
    json.writeStringField("seenAt", node.seenAt().toString());
    json.writeEndObject();
  }
}
