package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.PolicyOutcome;
import io.broadcasty.admin.tenant.Tenant;
import io.broadcasty.admin.tenant.TenantAdministration;
import io.broadcasty.admin.tenant.TenantChange;
import io.broadcasty.admin.tenant.TenantOutcome;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.TenantRequestReader;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/tenants}: creates, lists, changes and deletes tenants, for
 * operators. An administrator may read its own tenant.
 */
@Path("admin/tenants")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.OPERATOR)
public class TenantsResource {

  private static final System.Logger LOG = System.getLogger(TenantsResource.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  @Inject private TenantAdministration tenants;
  @Inject private ApiKeyAdministration keys;
  @Inject private PolicyAdministration policies;
  @Inject private WebhookAdministration webhooks;
  @Inject private AppAdministration apps;
  @Inject private ConnectionLimiter connections;
  @Inject private EdgeSettings settings;
  @Inject private JsonWebToken caller;
  @Inject private AuditNote note;

  /** Lists tenants in the order of their ids, without their usage. */
  @GET
  @Audited(value = "tenant.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, TenantAdministration.MAX_PAGE);
          TenantOutcome outcome = tenants.list(after == null ? null : id("after", after), size);
          return outcome instanceof TenantOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> write(json, page))).build()
              : problem(outcome);
        });
  }

  /** Creates a tenant; the protocol describes the body. */
  @POST
  @Audited("tenant.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          TenantRequestReader.Request body = read(request);
          if (body.id() == null) {
            throw new ProblemException(Code.INVALID_REQUEST, "`id` is missing");
          }
          TenantId id = id("id", body.id());
          TenantOutcome outcome = tenants.create(id, change(id, body));
          if (!(outcome instanceof TenantOutcome.Stored stored)) {
            return problem(outcome);
          }
          LOG.log(Level.INFO, "{0} has created tenant {1}", caller.getName(), id);
          return Response.status(Response.Status.CREATED)
              .header("Location", Locations.of(request, id.value()))
              .entity(text(stored.tenant()))
              .build();
        });
  }

  /** Returns a tenant with its usage. */
  @GET
  @Path("{tenant}")
  @Permitted(AdminRole.ADMINISTRATOR_OF_TENANT)
  @Audited(value = "tenant.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("tenant") String tenant) {
    return ProblemResponses.answer(() -> stored(tenants.find(id("tenant", tenant))));
  }

  /** Changes what the body names; null removes a setting. */
  @PATCH
  @Path("{tenant}")
  @Audited("tenant.change")
  public Response change(@PathParam("tenant") String tenant, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          TenantId id = id("tenant", tenant);
          TenantRequestReader.Request body = read(request);
          if (body.id() != null && !body.id().equals(tenant)) {
            throw new ProblemException(Code.INVALID_REQUEST, "the id of a tenant cannot change");
          }
          TenantOutcome outcome = tenants.change(id, change(id, body));
          if (outcome instanceof TenantOutcome.Stored) {
            LOG.log(Level.INFO, "{0} has changed tenant {1}", caller.getName(), id);
          }
          return stored(outcome);
        });
  }

  /**
   * Deletes a tenant, its API keys and its policies; its settings are those of the configuration
   * again.
   */
  @DELETE
  @Path("{tenant}")
  @Audited("tenant.delete")
  public Response delete(@PathParam("tenant") String tenant) {
    return ProblemResponses.answer(
        () -> {
          TenantId id = id("tenant", tenant);
          note.setTenant(id);
          note.setTarget("tenant:" + id.value());
          TenantOutcome outcome =
              tenants.delete(
                  id,
                  () ->
                      keys.deleteAll(id) instanceof KeyOutcome.AllDeleted
                          && policies.deleteAll(id) instanceof PolicyOutcome.AllDeleted
                          && webhooks.deleteAll(id)
                          && apps.deleteAll(id));
          if (!(outcome instanceof TenantOutcome.Deleted)) {
            return problem(outcome);
          }
          LOG.log(Level.INFO, "{0} has deleted tenant {1}", caller.getName(), id);
          return Response.noContent().build();
        });
  }

  private TenantRequestReader.Request read(HttpServletRequest request) throws ProblemException {
    RequestBody.requireJson(request);
    return TenantRequestReader.read(RequestBody.read(request, settings));
  }

  private static TenantId id(String field, String text) throws ProblemException {
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "`: " + e.getMessage());
    }
  }

  /** Returns the change that a body asks for, and notes it for the audit log. */
  private TenantChange change(TenantId id, TenantRequestReader.Request body)
      throws ProblemException {
    note.setTenant(id);
    note.setTarget("tenant:" + id.value());
    note.setContext(JsonWriter.object(json -> writeChange(json, body)));
    TenantState state = body.state() == null ? null : TenantState.fromWireName(body.state());
    if (body.state() != null && (state == null || state == TenantState.UNKNOWN)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`state` must be one of `active` and `suspended`");
    }
    return new TenantChange(body.name(), state, body.settings());
  }

  private static void writeChange(JsonGenerator json, TenantRequestReader.Request body)
      throws IOException {
    if (body.name() != null) {
      json.writeStringField("name", body.name());
    }
    if (body.state() != null) {
      json.writeStringField("state", body.state());
    }
    for (Map.Entry<String, @Nullable String> each : body.settings().entrySet()) {
      json.writeStringField(each.getKey(), each.getValue());
    }
  }

  private Response stored(TenantOutcome outcome) {
    return outcome instanceof TenantOutcome.Stored stored
        ? Response.ok(text(stored.tenant())).build()
        : problem(outcome);
  }

  private String text(Tenant tenant) {
    int used =
        connections.connections(tenant.id()).values().stream().mapToInt(Integer::intValue).sum();
    return JsonWriter.object(
        json -> {
          write(json, tenant);
          json.writeObjectFieldStart("usage");
          json.writeNumberField("connections", used);
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, TenantOutcome.Page page) throws IOException {
    json.writeArrayFieldStart("tenants");
    for (Tenant tenant : page.tenants()) {
      json.writeStartObject();
      write(json, tenant);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", page.tenants().get(page.tenants().size() - 1).id().value());
    }
  }

  private static void write(JsonGenerator json, Tenant tenant) throws IOException {
    json.writeStringField("id", tenant.id().value());
    json.writeStringField("name", tenant.name());
    json.writeStringField("state", tenant.state().wireName());
    json.writeObjectFieldStart("settings");
    for (Map.Entry<String, String> each : new TreeMap<>(tenant.settings()).entrySet()) {
      json.writeStringField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
    json.writeStringField("createdAt", Instant.ofEpochMilli(tenant.createdAtMillis()).toString());
    json.writeStringField("updatedAt", Instant.ofEpochMilli(tenant.updatedAtMillis()).toString());
  }

  private static Response problem(TenantOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(TenantOutcome outcome) {
    if (outcome instanceof TenantOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof TenantOutcome.Exists) {
      return Problem.of(Code.ALREADY_EXISTS, "there is a tenant of this id; change it with PATCH");
    }
    if (outcome instanceof TenantOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this tenant all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof TenantOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), RETRY_AFTER);
    }
    if (outcome instanceof TenantOutcome.Off) {
      return Problem.of(
          Code.NOT_FOUND,
          "tenants are stored in a relational database, and this node uses none; see"
              + " `broadcasty.replay.store` and `broadcasty.mirror.channels`");
    }
    return Problem.of(Code.NOT_FOUND, "there is no stored tenant of this id");
  }
}
