package io.broadcasty.transport.http;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.Code;
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
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Serves {@code POST /broadcasty/ticket}: exchanges the caller's token for a ticket that opens one
 * stream, and may be in its URL.
 */
@Path("ticket")
@Produces("application/json")
@RateLimited
public class TicketResource {

  private static final System.Logger LOG = System.getLogger(TicketResource.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  @Inject private Tickets tickets;

  /** Returns a ticket; the protocol describes the answer. */
  @POST
  public Response issue(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          Caller caller = CallerToken.caller(request);
          String ticket;
          try {
            ticket = tickets.issue(caller.tenant(), CallerToken.of(caller, request));
          } catch (AuthenticationUnavailableException e) {
            LOG.log(Level.DEBUG, "Cannot issue a ticket", e);
            throw new ProblemException(
                new Problem(Code.UNAVAILABLE, "no ticket can be kept now", RETRY_AFTER));
          }
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeStringField("ticket", ticket);
                        json.writeNumberField("expiresIn", Tickets.LIFE.toSeconds());
                      }))
              .build();
        });
  }
}
