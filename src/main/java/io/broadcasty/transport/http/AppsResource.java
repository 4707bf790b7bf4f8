package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.app.AppOptions;
import io.broadcasty.admin.app.AppOutcome;
import io.broadcasty.admin.app.StoredApp;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.AppRequestReader;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.KeyRequestReader;
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
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/apps}: creates, lists, changes, rotates and deletes apps of the
 * Pusher protocol. Administrators have those of their own tenant, operators those of any.
 */
@Path("admin/apps")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AppsResource {

  @Inject private AppAdministration apps;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Lists a tenant's apps, without those of the configuration, and without their secrets. */
  @GET
  @Audited(value = "app.list", kind = Audited.Kind.READ)
  public Response list(@QueryParam("tenant") @Nullable String tenant) {
    return ProblemResponses.answer(
        () -> {
          AppOutcome outcome = apps.list(tenants.named(tenant));
          return outcome instanceof AppOutcome.All all
              ? Response.ok(JsonWriter.object(json -> AppAnswers.write(json, all))).build()
              : AppAnswers.problem(outcome);
        });
  }

  /** Creates an app and shows its secret, this once. */
  @POST
  @Audited("app.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          RequestBody.requireJson(request);
          AppRequestReader.Fields body =
              AppRequestReader.readCreate(RequestBody.read(request, settings));
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          AppOptions none = new AppOptions("", false, true, AppOptions.DEFAULT_DATA_BYTES);
          AppOutcome outcome =
              apps.create(
                  tenant, changed(none, body), app -> note(app, json -> writeChange(json, body)));
          return outcome instanceof AppOutcome.Issued issued
              ? AppAnswers.issued(Response.Status.CREATED, issued)
                  .header("Location", Locations.of(request, issued.app().id()))
                  .build()
              : AppAnswers.problem(outcome);
        });
  }

  /** Returns an app without its secret. */
  @GET
  @Path("{app}")
  @Audited(value = "app.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("app") String id) {
    return ProblemResponses.answer(() -> found(apps.find(tenants.onlyOne(), id)));
  }

  /** Changes an app. */
  @PATCH
  @Path("{app}")
  @Audited("app.update")
  public Response update(@PathParam("app") String id, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          RequestBody.requireJson(request);
          AppRequestReader.Fields body =
              AppRequestReader.readUpdate(RequestBody.read(request, settings));
          return found(
              apps.update(
                  tenants.onlyOne(),
                  id,
                  before -> changed(before, body),
                  app -> note(app, json -> writeChange(json, body))));
        });
  }

  /** Gives an app a new key with a new secret; the present pair stays valid for the given time. */
  @POST
  @Path("{app}/rotate")
  @Audited("app.rotate")
  public Response rotate(@PathParam("app") String id, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          KeyRequestReader.Rotation body = RotationRequest.read(request, settings);
          AppOutcome outcome =
              apps.rotate(
                  tenants.onlyOne(),
                  id,
                  Duration.ofSeconds(body.overlapSeconds()),
                  body.replace(),
                  app ->
                      note(
                          app,
                          json -> json.writeNumberField("overlapSeconds", body.overlapSeconds())));
          return outcome instanceof AppOutcome.Issued issued
              ? AppAnswers.issued(Response.Status.OK, issued).build()
              : AppAnswers.problem(outcome);
        });
  }

  /** Deletes an app for good; its connections end. */
  @DELETE
  @Path("{app}")
  @Audited("app.delete")
  public Response delete(@PathParam("app") String id) {
    return ProblemResponses.answer(
        () -> {
          noteId(id);
          AppOutcome outcome = apps.delete(tenants.onlyOne(), id, app -> note(app, json -> {}));
          return outcome instanceof AppOutcome.Deleted
              ? Response.noContent().build()
              : AppAnswers.problem(outcome);
        });
  }

  private static Response found(AppOutcome outcome) {
    return outcome instanceof AppOutcome.Found found
        ? Response.ok(JsonWriter.object(json -> AppAnswers.write(json, found.app()))).build()
        : AppAnswers.problem(outcome);
  }

  private static AppOptions changed(AppOptions before, AppRequestReader.Fields body) {
    return new AppOptions(
        body.name() == null ? before.name() : body.name(),
        body.clientEvents() == null ? before.clientEvents() : body.clientEvents(),
        body.repeats() == null ? before.repeatsRefused() : body.repeats().equals("refuse"),
        body.maxDataBytes() == null ? before.maxDataBytes() : body.maxDataBytes(),
        changed(before.features(), body));
  }

  private static AppFeatures changed(AppFeatures before, AppRequestReader.Fields body) {
    return new AppFeatures(
        body.subscriptionCounts() == null ? before.subscriptionCounts() : body.subscriptionCounts(),
        body.watchlists() == null ? before.watchlists() : body.watchlists(),
        seconds(body.cacheTtlSeconds(), before.cacheTtl()),
        seconds(body.replaySeconds(), before.replay()));
  }

  private static Duration seconds(@Nullable Integer wanted, Duration before) {
    return wanted == null ? before : Duration.ofSeconds(wanted);
  }

  private void noteId(String id) {
    note.setTarget("app:" + (id.matches("[0-9]{1,20}") ? id : "?"));
  }

  /** Notes the app that changes, before it does. */
  private void note(StoredApp app, JsonWriter.Body change) {
    note.setTenant(app.tenant());
    note.setTarget("app:" + app.id());
    note.setContext(JsonWriter.object(change));
  }

  private static void writeChange(JsonGenerator json, AppRequestReader.Fields change)
      throws IOException {
    if (change.name() != null) {
      json.writeStringField("name", change.name());
    }
    if (change.clientEvents() != null) {
      json.writeBooleanField("clientEvents", change.clientEvents());
    }
    if (change.repeats() != null) {
      json.writeStringField("repeats", change.repeats());
    }
    if (change.maxDataBytes() != null) {
      json.writeNumberField("maxDataBytes", change.maxDataBytes());
    }
    if (change.subscriptionCounts() != null) {
      json.writeBooleanField("subscriptionCounts", change.subscriptionCounts());
    }
    if (change.watchlists() != null) {
      json.writeBooleanField("watchlists", change.watchlists());
    }
    if (change.cacheTtlSeconds() != null) {
      json.writeNumberField("cacheTtlSeconds", change.cacheTtlSeconds());
    }
    if (change.replaySeconds() != null) {
      json.writeNumberField("replaySeconds", change.replaySeconds());
    }
  }
}
