package io.broadcasty.transport.http;

import io.broadcasty.admin.DisconnectOutcome;
import io.broadcasty.admin.DisconnectRequest;
import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ClientAddress;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.DisconnectReader;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.Duration;

/**
 * Serves {@code POST /broadcasty/admin/disconnect}: ends the streams of a tenant, a user or a token
 * on all nodes, for administrators of the tenant and operators.
 */
@Path("admin/disconnect")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class DisconnectResource {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  @Inject private DisconnectStreams disconnect;
  @Inject private EdgeSettings settings;

  /** Ends streams on all nodes; the protocol describes the body and the answer. */
  @POST
  @Audited(value = "admin.disconnect", kind = Audited.Kind.BY_USE_CASE)
  public Response disconnect(@Context HttpServletRequest request) {
    try {
      Caller caller = CallerRequest.caller(request.getUserPrincipal());
      if (caller == null) {
        throw new ProblemException(Code.UNAUTHORIZED, "send a token");
      }
      RequestBody.requireJson(request);
      DisconnectReader.Request read = DisconnectReader.read(RequestBody.read(request, settings));
      return answer(
          disconnect.disconnect(
              caller,
              new DisconnectRequest(
                  read.tenant(), read.user(), read.tokenId(), read.code().wireName()),
              ClientAddress.of(request)));
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    }
  }

  private static Response answer(DisconnectOutcome outcome) {
    if (outcome instanceof DisconnectOutcome.Accepted accepted) {
      return Response.status(Response.Status.ACCEPTED)
          .entity(
              JsonWriter.object(
                  json -> {
                    json.writeNumberField("sequence", accepted.sequence());
                    json.writeNumberField("nodes", accepted.nodes());
                    json.writeNumberField("connections", accepted.connections());
                  }))
          .build();
    }
    return ProblemResponses.of(problem(outcome));
  }

  private static Problem problem(DisconnectOutcome outcome) {
    if (outcome instanceof DisconnectOutcome.Denied denied) {
      return Problem.of(Code.FORBIDDEN, denied.reason());
    }
    if (outcome instanceof DisconnectOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    return new Problem(
        Code.UNAVAILABLE,
        "the nodes cannot be notified now, or it is unknown whether they were; retry",
        RETRY_AFTER);
  }
}
