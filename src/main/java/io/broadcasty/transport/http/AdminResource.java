package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.explorer.NodeExplorer;
import io.broadcasty.admin.explorer.NodePage;
import io.broadcasty.admin.explorer.NodeReport;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.auth.Caller;
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
  @Inject private NodeExplorer explorer;
  @Inject private Administration administration;
  @Inject private CurrentCaller current;

  /** Lists the live nodes, in order of their start. */
  @GET
  @Path("nodes")
  @Audited(value = "admin.nodes", kind = Audited.Kind.READ)
  public Response nodes() {
    Caller caller = current.require();
    boolean hosts = administration.isOperator(caller);
    return Explored.answer(
        () -> {
          NodePage page = explorer.nodes(caller.tenant());
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeArrayFieldStart("nodes");
                        for (NodeReport report : page.reports()) {
                          write(json, report, hosts);
                        }
                        json.writeEndArray();
                        Explored.writeMissing(json, page.missing());
                      }))
              .build();
        });
  }

  private void write(JsonGenerator json, NodeReport report, boolean host) throws IOException {
    NodeInfo node = report.info();
    json.writeStartObject();
    json.writeStringField("name", node.name());
    json.writeBooleanField("self", node.name().equals(registry.self()));
    if (host) {
      json.writeStringField("host", node.host());
    }
    json.writeStringField("version", node.version());
    json.writeStringField("state", node.draining() ? "draining" : "ready");
    json.writeNumberField("connections", report.connections());
    json.writeStringField("startedAt", node.startedAt().toString());
    json.writeStringField("seenAt", node.seenAt().toString());
    if (host) {
      write(json, report.load());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, NodeReport.Load load) throws IOException {
    json.writeObjectFieldStart("load");
    json.writeNumberField("connections", load.connections());
    json.writeNumberField("channels", load.channels());
    if (load.loadAverage() >= 0) {
      json.writeNumberField("average", load.loadAverage());
    }
    json.writeNumberField("processors", load.processors());
    json.writeEndObject();
  }
}
