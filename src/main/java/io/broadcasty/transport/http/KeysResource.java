package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.app.AppOutcome;
import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.KeyChange;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.key.KeyRotation;
import io.broadcasty.admin.key.KeyScope;
import io.broadcasty.admin.key.KeySecret;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.webhook.WebhookOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.KeyRequestReader;
import io.broadcasty.wire.ProblemException;
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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/keys}: creates, lists, changes, rotates and revokes API keys.
 * Administrators have those of their own tenant, operators those of any.
 */
@Path("admin/keys")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class KeysResource {

  @Inject private ApiKeyAdministration keys;
  @Inject private AppAdministration apps;
  @Inject private WebhookAdministration webhooks;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Lists a tenant's keys in the order of their ids, without their secrets. */
  @GET
  @Audited(value = "key.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, ApiKeyAdministration.MAX_PAGE);
          if (after != null && !KeySecret.isKeyId(after)) {
            throw new ProblemException(Code.INVALID_REQUEST, "`after` must be the id of a key");
          }
          KeyOutcome outcome = keys.list(tenants.named(tenant), after == null ? "" : after, size);
          return outcome instanceof KeyOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> KeyAnswers.write(json, page))).build()
              : KeyAnswers.problem(outcome);
        });
  }

  /** Creates a key and shows its secret, this once; the protocol describes the body. */
  @POST
  @Audited("key.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          RequestBody.requireJson(request);
          KeyRequestReader.Create body =
              KeyRequestReader.readCreate(RequestBody.read(request, settings));
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          KeyOutcome outcome =
              keys.create(
                  tenant,
                  body.name() == null ? "" : body.name(),
                  scopes(body.scopes()),
                  expiry(body.expiresAt()),
                  key -> note(key, json -> writeChange(json, changeTo(key))));
          if (!(outcome instanceof KeyOutcome.Issued issued)) {
            return KeyAnswers.problem(outcome);
          }
          return KeyAnswers.issued(Response.Status.CREATED, issued)
              .header("Location", Locations.of(request, issued.key().id()))
              .build();
        });
  }

  /** Returns a key without its secret. */
  @GET
  @Path("{key}")
  @Audited(value = "key.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("key") String key) {
    return ProblemResponses.answer(
        () -> {
          KeyOutcome outcome = keys.find(tenants.onlyOne(), key);
          return outcome instanceof KeyOutcome.Found found
              ? Response.ok(JsonWriter.object(json -> KeyAnswers.write(json, found.key()))).build()
              : KeyAnswers.problem(outcome);
        });
  }

  /** Changes a key's name, scopes or expiry; streams end that it does not allow any more. */
  @PATCH
  @Path("{key}")
  @Audited("key.update")
  public Response update(@PathParam("key") String key, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteKey(key);
          RequestBody.requireJson(request);
          KeyRequestReader.Update body =
              KeyRequestReader.readUpdate(RequestBody.read(request, settings));
          List<KeyRequestReader.Scope> scopes = body.scopes();
          KeyChange change =
              new KeyChange(
                  body.name(),
                  scopes == null ? null : scopes(scopes),
                  body.expires() ? expiry(body.expiresAt()) : null);
          KeyOutcome outcome =
              keys.update(
                  tenants.onlyOne(),
                  key,
                  change,
                  found -> note(found, json -> writeUpdate(json, found, change)));
          return outcome instanceof KeyOutcome.Updated updated
              ? Response.ok(JsonWriter.object(json -> KeyAnswers.write(json, updated.key())))
                  .build()
              : KeyAnswers.problem(outcome);
        });
  }

  /** Gives a key a new secret; the present one stays valid for the given time. */
  @POST
  @Path("{key}/rotate")
  @Audited("key.rotate")
  public Response rotate(@PathParam("key") String key, @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          noteKey(key);
          KeyRequestReader.Rotation body = RotationRequest.read(request, settings);
          KeyRotation rotation =
              new KeyRotation(Duration.ofSeconds(body.overlapSeconds()), body.replace());
          KeyOutcome outcome =
              keys.rotate(
                  tenants.onlyOne(),
                  key,
                  rotation,
                  found -> note(found, json -> writeRotation(json, body)));
          if (!(outcome instanceof KeyOutcome.Issued issued)) {
            return KeyAnswers.problem(outcome);
          }
          return KeyAnswers.issued(Response.Status.OK, issued).build();
        });
  }

  /** Revokes a key for good and ends its streams. */
  @DELETE
  @Path("{key}")
  @Audited("key.revoke")
  public Response revoke(@PathParam("key") String key) {
    return ProblemResponses.answer(
        () -> {
          noteKey(key);
          KeyOutcome outcome =
              keys.revoke(tenants.onlyOne(), key, found -> note(found, json -> {}));
          return outcome instanceof KeyOutcome.Revoked
              ? Response.noContent().build()
              : KeyAnswers.problem(outcome);
        });
  }

  /** Encrypts the secrets of all keys, apps and webhooks with the current master key. */
  @POST
  @Path("rotate-master")
  @Permitted(AdminRole.OPERATOR)
  @Audited("key.rotate-master")
  public Response rotateMaster() {
    return ProblemResponses.answer(
        () -> {
          KeyOutcome outcome = keys.rotateMaster();
          if (!(outcome instanceof KeyOutcome.Encrypted done)) {
            return KeyAnswers.problem(outcome);
          }
          AppOutcome stored = apps.rotateMaster();
          if (!(stored instanceof AppOutcome.Encrypted ofApps)) {
            return AppAnswers.problem(stored);
          }
          WebhookOutcome endpoints = webhooks.rotateMaster();
          if (!(endpoints instanceof WebhookOutcome.Encrypted also)) {
            return WebhookAnswers.problem(endpoints);
          }
          String counts =
              JsonWriter.object(
                  json -> {
                    json.writeNumberField(
                        "encrypted", done.encrypted() + ofApps.encrypted() + also.encrypted());
                    json.writeNumberField(
                        "failed", done.failed() + ofApps.failed() + also.failed());
                  });
          note.setContext(counts);
          return Response.ok(counts).build();
        });
  }

  /** Notes the key that a request names, which may not exist. */
  private void noteKey(String id) {
    note.setTarget("key:" + KeySecret.shown(id));
  }

  /** Notes the key that changes, before it does. */
  private void note(ApiKey key, JsonWriter.Body change) {
    note.setTenant(key.tenant());
    note.setTarget("key:" + key.id());
    note.setContext(JsonWriter.object(change));
  }

  private static KeyChange changeTo(ApiKey key) {
    return new KeyChange(key.name(), key.scopes(), key.expiresAtMillis());
  }

  /** Writes what a change asks for, and what was before. */
  private static void writeUpdate(JsonGenerator json, ApiKey found, KeyChange change)
      throws IOException {
    writeChange(json, change);
    json.writeObjectFieldStart("before");
    writeChange(
        json,
        new KeyChange(
            change.name() == null ? null : found.name(),
            change.scopes() == null ? null : found.scopes(),
            change.expiresAtMillis() == null ? null : found.expiresAtMillis()));
    json.writeEndObject();
  }

  private static void writeChange(JsonGenerator json, KeyChange change) throws IOException {
    if (change.name() != null) {
      json.writeStringField("name", change.name());
    }
    if (change.scopes() != null) {
      KeyAnswers.writeScopes(json, change.scopes());
    }
    if (change.expiresAtMillis() != null) {
      KeyAnswers.writeTime(json, "expiresAt", change.expiresAtMillis());
    }
  }

  private static void writeRotation(JsonGenerator json, KeyRequestReader.Rotation rotation)
      throws IOException {
    json.writeNumberField("overlapSeconds", rotation.overlapSeconds());
    json.writeBooleanField("replace", rotation.replace());
  }

  private static List<KeyScope> scopes(List<KeyRequestReader.Scope> read) throws ProblemException {
    List<KeyScope> scopes = new ArrayList<>();
    for (KeyRequestReader.Scope each : read) {
      try {
        scopes.add(new KeyScope(each.channels(), each.operations()));
      } catch (IllegalArgumentException e) {
        throw new ProblemException(Code.INVALID_REQUEST, "`scopes`: " + e.getMessage());
      }
    }
    return scopes;
  }

  private static long expiry(@Nullable String text) throws ProblemException {
    if (text == null) {
      return 0;
    }
    try {
      long millis = Instant.parse(text).toEpochMilli();
      if (millis <= 0) { // 0 is how keys that never expire are stored
        throw new ProblemException(Code.INVALID_REQUEST, "`expiresAt` must be in the future");
      }
      return millis;
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`expiresAt` must be a time such as 2027-01-31T12:00:00Z");
    }
  }
}
