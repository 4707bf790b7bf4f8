package io.broadcasty.transport.http;

import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.key.KeyScope;
import io.broadcasty.admin.key.KeySecret;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.KeyRequestReader;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/keys}: creates, lists, rotates and revokes API keys.
 * Administrators have those of their own tenant, operators those of any.
 */
@Path("admin/keys")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class KeysResource {

  private static final int DEFAULT_PAGE = 100;
  private static final long DEFAULT_OVERLAP_SECONDS = Duration.ofDays(1).toSeconds();
  private static final long MAX_OVERLAP_SECONDS = Duration.ofDays(30).toSeconds();

  @Inject private ApiKeyAdministration keys;
  @Inject private Administration administration;
  @Inject private RealtimeListener listener;
  @Inject private EdgeSettings settings;
  @Inject private CurrentCaller current;
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
          int size =
              (int)
                  QueryParameters.number(
                      "limit", limit, DEFAULT_PAGE, 1, ApiKeyAdministration.MAX_PAGE);
          if (after != null && !KeySecret.isKeyId(after)) {
            throw new ProblemException(Code.INVALID_REQUEST, "`after` must be the id of a key");
          }
          KeyOutcome outcome = keys.list(tenant(tenant), after == null ? "" : after, size);
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
          TenantId tenant = tenant(body.tenant());
          note.setTenant(tenant);
          KeyOutcome outcome =
              keys.create(
                  tenant,
                  body.name() == null ? "" : body.name(),
                  scopes(body.scopes()),
                  expiry(body.expiresAt()));
          if (!(outcome instanceof KeyOutcome.Issued issued)) {
            return KeyAnswers.problem(outcome);
          }
          noteKey(issued.key().id());
          return KeyAnswers.issued(Response.Status.CREATED, issued)
              .header(
                  "Location", request.getRequestURI().replaceFirst("/*$", "/" + issued.key().id()))
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
          KeyOutcome outcome = keys.find(ownTenant(), key);
          return outcome instanceof KeyOutcome.Found found
              ? Response.ok(JsonWriter.object(json -> KeyAnswers.write(json, found.key()))).build()
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
          if (BodyRequest.bytes(request).length > 0) {
            RequestBody.requireJson(request);
          }
          long overlap =
              KeyRequestReader.readOverlapSeconds(
                  RequestBody.read(request, settings),
                  DEFAULT_OVERLAP_SECONDS,
                  MAX_OVERLAP_SECONDS);
          KeyOutcome outcome = keys.rotate(ownTenant(), key, Duration.ofSeconds(overlap));
          if (!(outcome instanceof KeyOutcome.Issued issued)) {
            return KeyAnswers.problem(outcome);
          }
          note.setTenant(issued.key().tenant());
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
          KeyOutcome outcome = keys.revoke(ownTenant(), key);
          if (!(outcome instanceof KeyOutcome.Revoked revoked)) {
            return KeyAnswers.problem(outcome);
          }
          note.setTenant(revoked.tenant());
          return Response.noContent().build();
        });
  }

  /** Encrypts the secrets of all keys with the current master key. */
  @POST
  @Path("rotate-master")
  @Permitted(AdminRole.OPERATOR)
  @Audited("key.rotate-master")
  public Response rotateMaster() {
    return ProblemResponses.answer(
        () -> {
          KeyOutcome outcome = keys.rotateMaster();
          return outcome instanceof KeyOutcome.Encrypted done
              ? Response.ok(
                      JsonWriter.object(
                          json -> {
                            json.writeNumberField("encrypted", done.encrypted());
                            json.writeNumberField("failed", done.failed());
                          }))
                  .build()
              : KeyAnswers.problem(outcome);
        });
  }

  private void noteKey(String id) {
    note.setContext(JsonWriter.object(json -> json.writeStringField("key", KeySecret.shown(id))));
  }

  /** Returns the only tenant whose keys the caller has; null for all. */
  private @Nullable TenantId ownTenant() {
    Caller caller = current.require();
    if (administration.isOperator(caller)) {
      return null;
    }
    note.setTenant(caller.tenant());
    return caller.tenant();
  }

  /** Returns the tenant that a request names, by default the caller's own. */
  private TenantId tenant(@Nullable String named) throws ProblemException {
    Caller caller = current.require();
    if (named == null) {
      return caller.tenant();
    }
    TenantId tenant;
    try {
      tenant = new TenantId(named);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`tenant`: " + e.getMessage());
    }
    if (!tenant.equals(caller.tenant()) && !administration.isOperator(caller)) {
      listener.onDenied(
          new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
      throw new ProblemException(
          Code.FORBIDDEN, "an administrator has the API keys of its own tenant only");
    }
    return tenant;
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
