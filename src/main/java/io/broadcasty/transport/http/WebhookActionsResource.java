package io.broadcasty.transport.http;

import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.webhook.DeliveryAdministration;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.KeyRequestReader;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.WebhookRequestReader;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Serves what is below {@code /broadcasty/admin/webhooks/{webhook}}: gives an endpoint another
 * secret, shows what was sent to it and what it has answered, and has messages sent again.
 */
@Path("admin/webhooks")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class WebhookActionsResource {

  @Inject private WebhookAdministration webhooks;
  @Inject private DeliveryAdministration deliveries;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Gives an endpoint a new secret; the present one signs too for the given time. */
  @POST
  @Path("{webhook}/rotate")
  @Audited("webhook.rotate")
  public Response rotate(@PathParam("webhook") String id, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          KeyRequestReader.Rotation body = RotationRequest.read(request, settings);
          WebhookOutcome outcome =
              webhooks.rotate(
                  tenants.onlyOne(),
                  id,
                  Duration.ofSeconds(body.overlapSeconds()),
                  body.replace(),
                  endpoint -> {
                    note(endpoint);
                    note.setContext(
                        JsonWriter.object(
                            json ->
                                json.writeNumberField("overlapSeconds", body.overlapSeconds())));
                  });
          return outcome instanceof WebhookOutcome.Issued issued
              ? WebhookAnswers.issued(Response.Status.OK, issued).build()
              : WebhookAnswers.problem(outcome);
        });
  }

  /** Lists messages to an endpoint, the latest first. */
  @GET
  @Path("{webhook}/deliveries")
  @Audited(value = "webhook.deliveries", kind = Audited.Kind.READ)
  public Response list(
      @PathParam("webhook") String id,
      @QueryParam("state") @Nullable String state,
      @QueryParam("before") @Nullable String before,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          WebhookOutcome outcome =
              deliveries.list(
                  tenants.onlyOne(),
                  id,
                  state(state),
                  QueryParameters.number("before", before, Long.MAX_VALUE, 1, Long.MAX_VALUE),
                  QueryParameters.pageSize(limit, WebhookAdministration.MAX_PAGE));
          return outcome instanceof WebhookOutcome.Deliveries page
              ? Response.ok(JsonWriter.object(json -> WebhookAnswers.write(json, page))).build()
              : WebhookAnswers.problem(outcome);
        });
  }

  /** Returns a message with its body, and what came of each attempt. */
  @GET
  @Path("{webhook}/deliveries/{message}")
  @Audited(value = "webhook.delivery", kind = Audited.Kind.READ)
  public Response read(@PathParam("webhook") String id, @PathParam("message") String message) {
    return ProblemResponses.answer(
        () -> delivery(Response.Status.OK, deliveries.find(tenants.onlyOne(), id, message)));
  }

  /** Has a message sent again, whatever became of it. */
  @POST
  @Path("{webhook}/deliveries/{message}/resend")
  @Audited("webhook.resend")
  public Response resend(@PathParam("webhook") String id, @PathParam("message") String message) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          return resent(deliveries.resend(tenants.onlyOne(), id, message));
        });
  }

  /** Has messages sent again that were made since a time. */
  @POST
  @Path("{webhook}/resend")
  @Audited("webhook.resend")
  public Response resendSince(
      @PathParam("webhook") String id, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          RequestBody.requireJson(request);
          WebhookRequestReader.Resend body =
              WebhookRequestReader.readResend(RequestBody.read(request, settings));
          return resent(
              deliveries.resendSince(
                  tenants.onlyOne(), id, state(body.state()), millis(body.since())));
        });
  }

  /** Sends an endpoint a message that says nothing, so that its receiver can be tried. */
  @POST
  @Path("{webhook}/test")
  @Audited("webhook.test")
  public Response test(@PathParam("webhook") String id) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          return delivery(Response.Status.ACCEPTED, deliveries.test(tenants.onlyOne(), id));
        });
  }

  private Response delivery(Response.Status status, WebhookOutcome outcome) {
    if (!(outcome instanceof WebhookOutcome.Delivery found)) {
      return WebhookAnswers.problem(outcome);
    }
    note(found.endpoint());
    return Response.status(status)
        .entity(JsonWriter.object(json -> WebhookAnswers.write(json, found)))
        .build();
  }

  private Response resent(WebhookOutcome outcome) {
    if (!(outcome instanceof WebhookOutcome.Resent resent)) {
      return WebhookAnswers.problem(outcome);
    }
    note(resent.endpoint());
    note.setContext(JsonWriter.object(json -> json.writeNumberField("resent", resent.count())));
    return Response.accepted(JsonWriter.object(json -> WebhookAnswers.write(json, resent))).build();
  }

  private static WebhookDelivery.@Nullable State state(@Nullable String name)
      throws ProblemException {
    WebhookDelivery.State state = name == null ? null : WebhookDelivery.State.fromWireName(name);
    if (name != null && state == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`state` must be `waiting`, `delivered` or `dead`");
    }
    return state;
  }

  private static long millis(String time) throws ProblemException {
    try {
      return Instant.parse(time).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`since` must be a time such as 2027-01-31T12:00:00Z");
    }
  }

  private void noteId(String id) {
    note.setTarget("webhook:" + (WebhookAdministration.isId(id) ? id : "?"));
  }

  private void note(WebhookEndpoint endpoint) {
    note.setTenant(endpoint.tenant());
    note.setTarget("webhook:" + endpoint.id());
  }
}
