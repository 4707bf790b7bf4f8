package io.broadcasty.transport.http;

import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.key.KeySecret;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.revocation.RevocationOutcome;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.RevocationRequestReader;
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
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/revocations}: revokes tokens before they expire, lists
 * revocations and lifts them. Administrators have those of their own tenant, operators those of
 * any.
 */
@Path("admin/revocations")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class RevocationsResource {

  @Inject private RevocationAdministration revocations;
  @Inject private ApiKeyAdministration keys;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Lists a tenant's revocations in the order of their ids. */
  @GET
  @Audited(value = "revocation.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, RevocationAdministration.MAX_PAGE);
          if (after != null && !RevocationTarget.isId(after)) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "`after` must be the id of a revocation");
          }
          RevocationOutcome outcome =
              revocations.list(tenants.named(tenant), after == null ? "" : after, size);
          return outcome instanceof RevocationOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> RevocationAnswers.write(json, page))).build()
              : RevocationAnswers.problem(outcome);
        });
  }

  /** Revokes tokens, or an API key; the protocol describes the body. */
  @POST
  @Audited("revocation.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          RequestBody.requireJson(request);
          RevocationRequestReader.Request body =
              RevocationRequestReader.read(RequestBody.read(request, settings));
          String key = body.key();
          if (key != null) {
            return revokeKey(
                body.tenant() == null ? tenants.onlyOne() : tenants.named(body.tenant()), key);
          }
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          RevocationTarget target = target(tenant, body);
          noteTarget(target);
          RevocationOutcome outcome =
              revocations.revoke(
                  target,
                  time("issuedBefore", body.issuedBefore()),
                  time("expiresAt", body.expiresAt()));
          if (!(outcome instanceof RevocationOutcome.Revoked revoked)) {
            return RevocationAnswers.problem(outcome);
          }
          Revocation stored = revoked.revocation();
          return revoked.isNew()
              ? Response.status(Response.Status.CREATED)
                  .entity(JsonWriter.object(json -> RevocationAnswers.write(json, stored)))
                  .header("Location", Locations.of(request, stored.id()))
                  .build()
              : RevocationAnswers.ok(stored);
        });
  }

  /** Returns a revocation. */
  @GET
  @Path("{revocation}")
  @Audited(value = "revocation.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("revocation") String id) {
    return ProblemResponses.answer(
        () -> {
          RevocationOutcome outcome = revocations.find(tenants.onlyOne(), id);
          return outcome instanceof RevocationOutcome.Found found
              ? RevocationAnswers.ok(found.revocation())
              : RevocationAnswers.problem(outcome);
        });
  }

  /** Lifts a revocation: tokens that have not expired are valid again. */
  @DELETE
  @Path("{revocation}")
  @Audited("revocation.lift")
  public Response lift(@PathParam("revocation") String id) {
    return ProblemResponses.answer(
        () -> {
          note.setTarget("revocation:" + RevocationTarget.shown(id));
          RevocationOutcome outcome = revocations.lift(tenants.onlyOne(), id);
          if (!(outcome instanceof RevocationOutcome.Lifted lifted)) {
            return RevocationAnswers.problem(outcome);
          }
          note.setTenant(lifted.tenant());
          return Response.noContent().build();
        });
  }

  private Response revokeKey(@Nullable TenantId tenant, String key) {
    note.setTarget("key:" + KeySecret.shown(key));
    KeyOutcome outcome = keys.revoke(tenant, key, found -> note.setTenant(found.tenant()));
    return outcome instanceof KeyOutcome.Revoked
        ? Response.noContent().build()
        : KeyAnswers.problem(outcome);
  }

  private static RevocationTarget target(TenantId tenant, RevocationRequestReader.Request body)
      throws ProblemException {
    String user = body.user();
    String tokenId = body.tokenId();
    if (user != null) {
      if (user.startsWith(KeyPermissions.SUBJECT_PREFIX)) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "this is the subject of an API key; name it by `key`");
      }
      return RevocationTarget.user(tenant, user);
    }
    return tokenId == null
        ? RevocationTarget.tenant(tenant)
        : RevocationTarget.token(tenant, tokenId);
  }

  /** Notes what is revoked, without a token's id, of which only the beginning may be kept. */
  private void noteTarget(RevocationTarget target) {
    note.setTarget(
        target.kind().wireName()
            + ":"
            + (target.name().isEmpty() ? target.tenant().value() : target.shownName()));
    note.setContext(JsonWriter.object(json -> json.writeStringField("revocation", target.id())));
  }

  private static @Nullable Instant time(String field, @Nullable String text)
      throws ProblemException {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + field + "` must be a time such as 2027-01-31T12:00:00Z");
    }
  }
}
