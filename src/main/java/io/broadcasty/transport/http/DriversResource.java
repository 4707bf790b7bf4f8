package io.broadcasty.transport.http;

import io.broadcasty.admin.explorer.NodeExplorer;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.RelayStatusText;
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
import java.util.Map;

/**
 * Serves {@code /broadcasty/admin/drivers}: the provider to which this node relays publications,
 * and the state of each provider, then the same of all nodes. For operators.
 */
@Path("admin/drivers")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.OPERATOR)
public class DriversResource {

  @Inject private RelayStatusSource report;
  @Inject private NodeExplorer explorer;

  /** Returns the current state. */
  @GET
  @Audited(value = "admin.drivers", kind = Audited.Kind.READ)
  public Response drivers() {
    return Explored.answer(
        () -> {
          RelayStatus status = report.status();
          NodeQuestions.Answers all = explorer.drivers();
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        RelayStatusText.write(json, status);
                        json.writeObjectFieldStart("nodes");
                        for (Map.Entry<String, String> each : all.byNode().entrySet()) {
                          json.writeFieldName(each.getKey());
                          json.writeRawValue(each.getValue());
                        }
                        json.writeEndObject();
                        Explored.writeMissing(json, all.missing());
                      }))
              .build();
        });
  }
}
