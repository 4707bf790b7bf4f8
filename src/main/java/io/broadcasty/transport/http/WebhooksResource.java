package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.webhook.EndpointChange;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.WebhookRequestReader;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/webhooks}: creates, lists, changes and deletes the endpoints of
 * webhooks. Administrators have those of their own tenant, operators those of any.
 */
@Path("admin/webhooks")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class WebhooksResource {

  private static final System.Logger LOG = System.getLogger(WebhooksResource.class.getName());

  @Inject private WebhookAdministration webhooks;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Lists a tenant's endpoints in the order of their ids, without their secrets. */
  @GET
  @Audited(value = "webhook.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, WebhookAdministration.MAX_PAGE);
          if (after != null && !WebhookAdministration.isId(after)) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "`after` must be the id of an endpoint");
          }
          WebhookOutcome outcome =
              webhooks.list(tenants.named(tenant), after == null ? "" : after, size);
          return outcome instanceof WebhookOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> WebhookAnswers.write(json, page))).build()
              : WebhookAnswers.problem(outcome);
        });
  }

  /** Creates an endpoint and shows its secret, this once. */
  @POST
  @Audited("webhook.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          RequestBody.requireJson(request);
          WebhookRequestReader.Endpoint body =
              WebhookRequestReader.readCreate(RequestBody.read(request, settings));
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          WebhookOutcome outcome =
              webhooks.create(tenant, options(body), body.secret(), this::noteOptions);
          return outcome instanceof WebhookOutcome.Issued issued
              ? WebhookAnswers.issued(Response.Status.CREATED, issued)
                  .header("Location", Locations.of(request, issued.endpoint().id()))
                  .build()
              : WebhookAnswers.problem(outcome);
        });
  }

  /** Returns an endpoint without its secret. */
  @GET
  @Path("{webhook}")
  @Audited(value = "webhook.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("webhook") String id) {
    return ProblemResponses.answer(() -> found(webhooks.find(tenants.onlyOne(), id)));
  }

  /** Changes an endpoint; makes one active that was disabled. */
  @PATCH
  @Path("{webhook}")
  @Audited("webhook.update")
  public Response update(@PathParam("webhook") String id, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          RequestBody.requireJson(request);
          WebhookRequestReader.Endpoint body =
              WebhookRequestReader.readUpdate(RequestBody.read(request, settings));
          EndpointChange change = change(body);
          return found(
              webhooks.update(
                  tenants.onlyOne(),
                  id,
                  change,
                  endpoint -> note(endpoint, json -> writeChange(json, change))));
        });
  }

  /** Deletes an endpoint with its messages. */
  @DELETE
  @Path("{webhook}")
  @Audited("webhook.delete")
  public Response delete(@PathParam("webhook") String id) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          WebhookOutcome outcome =
              webhooks.delete(tenants.onlyOne(), id, endpoint -> note(endpoint, json -> {}));
          return outcome instanceof WebhookOutcome.Deleted
              ? Response.noContent().build()
              : WebhookAnswers.problem(outcome);
        });
  }

  private static Response found(WebhookOutcome outcome) {
    return outcome instanceof WebhookOutcome.Found found
        ? Response.ok(JsonWriter.object(json -> WebhookAnswers.write(json, found.endpoint())))
            .build()
        : WebhookAnswers.problem(outcome);
  }

  private static EndpointOptions options(WebhookRequestReader.Endpoint body)
      throws ProblemException {
    String name = body.format() == null ? WebhookFormat.STANDARD.wireName() : body.format();
    WebhookFormat format = WebhookFormat.fromWireName(name);
    if (format == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`format` must be `standard`, `standard-ed25519` or `pusher`");
    }
    List<String> events = body.events();
    return new EndpointOptions(
        orEmpty(body.url()),
        orEmpty(body.description()),
        format,
        orEmpty(body.app()),
        events == null ? Set.of() : events(events),
        orEmpty(body.channels()),
        body.ratePerSecond() == null ? 0 : Math.toIntExact(body.ratePerSecond()));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static EndpointChange change(WebhookRequestReader.Endpoint body) throws ProblemException {
    String name = body.state();
    WebhookEndpoint.State state = name == null ? null : WebhookEndpoint.State.fromWireName(name);
    if (name != null && state == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`state` must be `active` or `paused`");
    }
    List<String> events = body.events();
    return new EndpointChange(
        body.url(),
        body.description(),
        events == null ? null : events(events),
        body.channels(),
        body.ratePerSecond() == null ? null : Math.toIntExact(body.ratePerSecond()),
        state);
  }

  private static Set<WebhookEventType> events(List<String> names) throws ProblemException {
    EnumSet<WebhookEventType> events = EnumSet.noneOf(WebhookEventType.class);
    for (String name : names) {
      WebhookEventType type = WebhookEventType.fromWireName(name);
      if (type == null) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`events` has a name that no event has; see the reference");
      }
      events.add(type);
    }
    return events;
  }

  private void noteId(String id) {
    note.setTarget("webhook:" + (WebhookAdministration.isId(id) ? id : "?"));
  }

  private void noteOptions(WebhookEndpoint endpoint) {
    EndpointOptions options = endpoint.options();
    note(
        endpoint,
        json ->
            writeChange(
                json,
                new EndpointChange(
                    options.url(),
                    null,
                    options.events(),
                    options.channels(),
                    options.ratePerSecond(),
                    endpoint.state())));
  }

  /** Notes the endpoint that changes, before it does. */
  private void note(WebhookEndpoint endpoint, JsonWriter.Body change) {
    note.setTenant(endpoint.tenant());
    note.setTarget("webhook:" + endpoint.id());
    note.setContext(JsonWriter.object(change));
  }

  /** Returns where a URL is that may be malformed, without the rest of it. */
  private static String origin(String url) {
    try {
      URI uri = new URI(url);
      return uri.getScheme() == null || uri.getHost() == null ? "?" : AllowedHosts.origin(uri);
    } catch (URISyntaxException e) {
      LOG.log(Level.TRACE, "Not a URL", e);
      return "?";
    }
  }

  /** Writes a change; of a URL, which may be a secret, only where it is. */
  private static void writeChange(JsonGenerator json, EndpointChange change) throws IOException {
    if (change.url() != null) {
      json.writeStringField("origin", origin(change.url()));
    }
    if (change.events() != null) {
      json.writeArrayFieldStart("events");
      for (WebhookEventType each : change.events()) {
        json.writeString(each.wireName());
      }
      json.writeEndArray();
    }
    if (change.channels() != null) {
      json.writeStringField("channels", change.channels());
    }
    if (change.ratePerSecond() != null) {
      json.writeNumberField("ratePerSecond", change.ratePerSecond());
    }
    if (change.state() != null) {
      json.writeStringField("state", change.state().wireName());
    }
  }
}
