package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.metrics.Exposition;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.ScraperAccess;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/metrics}: the meters of this node in Prometheus' text format, for
 * scrapers that the edge admits and for callers with the role {@code admin}.
 */
@Path("metrics")
public class MetricsResource {

  @Inject private Exposition meters;
  @Inject private Administration administration;
  @Inject private RealtimeListener listener;
  @Inject private EdgeSettings edge;

  /** Returns the current values. */
  @GET
  public Response metrics(@Context HttpServletRequest request) {
    try {
      if (!edge.metrics().served()) {
        throw new ProblemException(
            Code.NOT_FOUND, "this node serves no meters here (BROADCASTY_PROM=false)");
      }
      if (!ScraperAccess.isAdmitted(request)) {
        requireAdministrator(CallerRequest.caller(request.getUserPrincipal()));
      }
      return Response.ok(meters.text(), Exposition.MEDIA_TYPE).build();
    } catch (ProblemException e) {
      return ProblemResponses.of(e.problem());
    }
  }

  private void requireAdministrator(@Nullable Caller caller) throws ProblemException {
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    if (!administration.isAdministrator(caller)) {
      listener.onDenied(
          new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
      throw new ProblemException(
          Code.FORBIDDEN, "this needs the role `" + Roles.ADMIN + "` in the token's `roles`");
    }
  }
}
