package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.PushExplorer;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.queue.FailedDispatches;
import io.broadcasty.push.sending.PushServiceHealth;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/push}: the queue of a tenant, the devices of its users, and what
 * could not be sent. Administrators see their own tenant, operators any.
 */
@Path("admin/push")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class ExploredPushResource {

  private static final System.Logger LOG = System.getLogger(ExploredPushResource.class.getName());
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,19}):(.{1,200})", Pattern.DOTALL);

  @Inject private PushExplorer push;
  @Inject private Administration administration;
  @Inject private AdministeredTenants tenants;
  @Inject private CurrentCaller current;

  /** Says how many dispatches wait for each service, and how the service does on this node. */
  @GET
  @Audited(value = "push.queue", kind = Audited.Kind.READ)
  public Response queue(@QueryParam("tenant") @Nullable String tenant) {
    return answer(
        () -> {
          Map<PushService, Integer> waiting = push.waiting(tenants.named(tenant));
          boolean operator = administration.isOperator(current.require());
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeArrayFieldStart("services");
                        for (PushServiceHealth health : push.health().get()) {
                          write(json, health, waiting.get(health.service()), operator);
                        }
                        json.writeEndArray();
                      }))
              .build();
        });
  }

  /** Lists the devices of a user without their addresses and secrets. */
  @GET
  @Path("devices")
  @Audited(value = "push.devices", kind = Audited.Kind.READ)
  public Response devices(
      @QueryParam("tenant") @Nullable String tenant, @QueryParam("user") @Nullable String user) {
    return answer(
        () -> {
          TenantId of = tenants.named(tenant);
          String named = QueryParameters.required("user", user);
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeArrayFieldStart("devices");
                        for (PushSubscription device : push.devicesOf(of, named)) {
                          json.writeStartObject();
                          PushResponses.write(json, device);
                          String host = host(device.address().token());
                          if (host != null) {
                            json.writeStringField("host", host);
                          }
                          json.writeEndObject();
                        }
                        json.writeEndArray();
                      }))
              .build();
        });
  }

  /** Lists what could not be sent, in the order of the ids of notifications. */
  @GET
  @Path("failed")
  @Audited(value = "push.failed", kind = Audited.Kind.READ)
  public Response failed(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return answer(
        () -> {
          FailedDispatches page =
              push.failed(
                  tenants.named(tenant),
                  after == null ? null : cursor(after),
                  QueryParameters.pageSize(limit, PushExplorer.MAX_PAGE));
          return Response.ok(JsonWriter.object(json -> write(json, page))).build();
        });
  }

  private Response answer(ProblemResponses.Call call) {
    if (!push.isOn()) {
      return ProblemResponses.of(
          Problem.of(Code.NOT_FOUND, "no push service is configured on this node"));
    }
    try {
      return ProblemResponses.answer(call);
    } catch (PushStoreException e) {
      LOG.log(Level.DEBUG, "Cannot read the database of push for an administrator", e);
      return ProblemResponses.of(PushResponses.unavailable());
    }
  }

  private static FailedDispatches.Cursor cursor(String text) throws ProblemException {
    Matcher matcher = CURSOR.matcher(text);
    try {
      if (matcher.matches()) {
        return new FailedDispatches.Cursor(matcher.group(2), Long.parseLong(matcher.group(1)));
      }
    } catch (NumberFormatException e) {
      LOG.log(Level.TRACE, "Not a number", e);
    }
    throw new ProblemException(Code.INVALID_REQUEST, "`after` must be the `next` of another page");
  }

  private static void write(
      JsonGenerator json, PushServiceHealth health, @Nullable Integer waiting, boolean operator)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("service", health.service().name());
    json.writeNumberField("waiting", waiting == null ? 0 : waiting);
    json.writeBooleanField("sending", health.sending());
    if (operator && health.problem() != null) {
      json.writeStringField("problem", health.problem());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, FailedDispatches page) throws IOException {
    json.writeArrayFieldStart("failed");
    for (FailedDispatches.Failed each : page.failed()) {
      json.writeStartObject();
      json.writeStringField("id", each.sendId());
      json.writeFieldName("outcome");
      PushResponses.write(json, each.device());
      json.writeEndObject();
    }
    json.writeEndArray();
    FailedDispatches.Cursor next = page.next();
    if (next != null) {
      json.writeStringField("next", next.number() + ":" + next.sendId());
    }
  }

  /** Returns the host of an address that is a URL, as those of browsers are. */
  private static @Nullable String host(String address) {
    try {
      return address.startsWith("https://") ? new URI(address).getHost() : null;
    } catch (URISyntaxException e) {
      LOG.log(Level.TRACE, "The address of a device is no URL", e);
      return null;
    }
  }
}
