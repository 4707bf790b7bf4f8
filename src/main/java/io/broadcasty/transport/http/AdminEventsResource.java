package io.broadcasty.transport.http;

import io.broadcasty.admin.events.EventFeed;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.admin.RefusedException;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/events}: what happens on all nodes, as Server-Sent Events.
 * Administrators see their own tenant, operators all or one.
 */
@Path("admin/events")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AdminEventsResource {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  @Inject private EventFeed feed;
  @Inject private EventThreads threads;
  @Inject private SessionContext context;
  @Inject private DisconnectDetector disconnects;
  @Inject private Authenticator authenticator;
  @Inject private Administration administration;
  @Inject private AdministeredTenants tenants;
  @Inject private CurrentCaller current;
  @Inject private AuditNote note;

  /** Opens a stream; it ends with the caller's token. */
  @GET
  @Produces("text/event-stream")
  @Audited(value = "admin.events", kind = Audited.Kind.DISCLOSURE)
  public void open(
      @Context SseEventSink sink,
      @Context Sse sse,
      @Context HttpServletRequest request,
      @QueryParam("tenant") @Nullable String tenant) {
    Caller caller = current.require();
    TenantId of = tenant(tenant);
    if (of != null) {
      note.setTenant(of);
    }
    SinkClient client = new SinkClient(sink, sse);
    AdminEventStream stream =
        new AdminEventStream(
            of,
            caller,
            administration.isOperator(caller),
            client,
            () -> invalid(authenticator, caller, context.clock()),
            threads.sends(),
            context.closers(),
            context.ticker(),
            feed::remove);
    if (!feed.add(stream)) {
      throw new RefusedException(
          new Problem(
              Code.OVERLOADED, "too many administrators read events of this node", RETRY_AFTER));
    }
    client.watch(disconnects, CallerRequest.behind(request), stream);
    stream.begin();
  }

  /** Answers with the head of a stream, and opens none: JAX-RS would, and never end it. */
  @HEAD
  @Produces("text/event-stream")
  @Audited(value = "admin.events", kind = Audited.Kind.READ)
  public Response head(@QueryParam("tenant") @Nullable String tenant) {
    var unused = tenant(tenant);
    return Response.ok().type("text/event-stream").build();
  }

  private @Nullable TenantId tenant(@Nullable String name) {
    try {
      String named = tenants.namedOrAll(name);
      if (named == null) {
        return null;
      }
      if (named.isEmpty()) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`tenant`: leave it out for the whole service");
      }
      return new TenantId(named);
    } catch (ProblemException e) {
      throw new RefusedException(e.problem());
    }
  }

  /** Returns why a token is not valid any more; null when it is, or cannot be verified now. */
  static @Nullable Problem invalid(Authenticator authenticator, Caller caller, WallClock clock) {
    if (caller.expiresAt().toEpochMilli() <= clock.nowMillis()) {
      return Problem.of(Code.TOKEN_EXPIRED, "the token has expired; reconnect with a new one");
    }
    return ProblemMapper.authenticate(authenticator, caller.token(), caller.address())
                instanceof ProblemMapper.Unidentified unidentified
            && unidentified.problem().code().httpStatus() < 500
        ? unidentified.problem()
        : null;
  }
}
