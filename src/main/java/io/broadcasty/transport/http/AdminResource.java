package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Map;

/**
 * Serves {@code /broadcasty/admin}: the state of the service, for administrators and operators. It
 * shows a caller the own tenant only, and machines only to operators.
 */
@Path("admin")
@Produces("application/json")
public class AdminResource {

  @Inject private NodeRegistry registry;
  @Inject private ConnectionLimiter connections;
  @Inject private Administration administration;
  @Inject private RealtimeListener listener;

  /** Lists the live nodes, in order of their start. */
  @GET
  @Path("nodes")
  public Response nodes(@Context HttpServletRequest request) {
    try {
      Caller caller = admin(request, administration, listener);
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
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    }
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

  static Caller admin(
      HttpServletRequest request, Administration administration, RealtimeListener listener)
      throws ProblemException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    if (!administration.isAdministrator(caller)) {
      throw denied(
          caller, listener, "this needs the role `" + Roles.ADMIN + "` in the token's `roles`");
    }
    return caller;
  }

  /**
   * Requires an operator: what belongs to no tenant is not for the administrators of one.
   *
   * @throws ProblemException for anybody else
   */
  static void requireOperator(
      HttpServletRequest request, Administration administration, RealtimeListener listener)
      throws ProblemException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    if (!administration.isOperator(caller)) {
      throw denied(
          caller,
          listener,
          "this is for operators of the service: it needs the role of `broadcasty.operator.role`"
              + " in a token of the tenant `broadcasty.operator.tenant`");
    }
  }

  private static ProblemException denied(Caller caller, RealtimeListener listener, String reason) {
    listener.onDenied(
        new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
    return new ProblemException(Code.FORBIDDEN, reason);
  }
}
