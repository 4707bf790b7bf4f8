package io.broadcasty.transport.http;

import io.broadcasty.admin.policy.ChannelSettingsText;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.PolicyOutcome;
import io.broadcasty.admin.policy.RulesText;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
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
import io.broadcasty.wire.PolicyRequestReader;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/policies}: creates, lists, changes and deletes channel policies.
 * Administrators have those of their own tenant, operators those of any.
 */
@Path("admin/policies")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class PoliciesResource {

  @Inject private PolicyAdministration policies;
  @Inject private EdgeSettings settings;
  @Inject private AdministeredTenants tenants;
  @Inject private AuditNote note;

  /** Lists a tenant's policies in the order of their ids. */
  @GET
  @Audited(value = "policy.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, PolicyAdministration.MAX_PAGE);
          if (after != null && !PolicyAdministration.isPolicyId(after)) {
            throw new ProblemException(Code.INVALID_REQUEST, "`after` must be the id of a policy");
          }
          PolicyOutcome outcome =
              policies.list(tenants.named(tenant), after == null ? "" : after, size);
          return outcome instanceof PolicyOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> PolicyAnswers.write(json, page))).build()
              : PolicyAnswers.problem(outcome);
        });
  }

  /** Creates a policy; the protocol describes the body. */
  @POST
  @Audited("policy.create")
  public Response create(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          PolicyRequestReader.PolicyBody body = read(request);
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          PolicyPattern channels = body.channels();
          List<PolicyRule> rules = body.rules();
          if (channels == null || rules == null) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "a policy needs `channels` and `rules`");
          }
          ChannelSettings settings =
              body.settings() == null ? ChannelSettings.NONE : body.settings();
          noteChange(null, channels, rules, body.settings());
          PolicyOutcome outcome = policies.create(tenant, channels, rules, settings);
          if (!(outcome instanceof PolicyOutcome.Stored stored)) {
            return PolicyAnswers.problem(outcome);
          }
          StoredPolicy created = stored.policy();
          noteChange(created.id(), channels, rules, body.settings());
          return PolicyAnswers.stored(Response.Status.CREATED, created)
              .header("Location", Locations.of(request, created.id()))
              .build();
        });
  }

  /** Returns a policy. */
  @GET
  @Path("{policy}")
  @Audited(value = "policy.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("policy") String policy) {
    return ProblemResponses.answer(() -> stored(policies.find(tenants.onlyOne(), policy)));
  }

  /** Replaces the rules of a policy, its settings, or both. */
  @PATCH
  @Path("{policy}")
  @Audited("policy.change")
  public Response change(
      @PathParam("policy") String policy,
      @HeaderParam("If-Match") @Nullable String match,
      @Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          PolicyRequestReader.PolicyBody body = read(request);
          List<PolicyRule> rules = body.rules();
          noteChange(policy, null, rules, body.settings());
          if ((rules == null && body.settings() == null)
              || body.channels() != null
              || body.tenant() != null) {
            throw new ProblemException(
                Code.INVALID_REQUEST,
                "the body must have `rules`, `settings` or both, and nothing else; the channels of"
                    + " a policy cannot change");
          }
          return stored(
              policies.change(tenants.onlyOne(), policy, revision(match), rules, body.settings()));
        });
  }

  /** Deletes a policy. */
  @DELETE
  @Path("{policy}")
  @Audited("policy.delete")
  public Response delete(
      @PathParam("policy") String policy, @HeaderParam("If-Match") @Nullable String match) {
    return ProblemResponses.answer(
        () -> {
          noteChange(policy, null, null, null);
          PolicyOutcome outcome = policies.delete(tenants.onlyOne(), policy, revision(match));
          if (!(outcome instanceof PolicyOutcome.Deleted deleted)) {
            return PolicyAnswers.problem(outcome);
          }
          note.setTenant(deleted.policy().tenant());
          noteChange(policy, deleted.policy().channels(), null, null);
          return Response.noContent().build();
        });
  }

  private Response stored(PolicyOutcome outcome) {
    if (!(outcome instanceof PolicyOutcome.Stored stored)) {
      return PolicyAnswers.problem(outcome);
    }
    note.setTenant(stored.policy().tenant());
    return PolicyAnswers.stored(Response.Status.OK, stored.policy()).build();
  }

  private PolicyRequestReader.PolicyBody read(HttpServletRequest request) throws ProblemException {
    RequestBody.requireJson(request);
    return PolicyRequestReader.read(RequestBody.read(request, settings));
  }

  /** Returns the revision that an entity tag names; null for any. */
  private static @Nullable Long revision(@Nullable String match) throws ProblemException {
    if (match == null || match.equals("*")) {
      return null;
    }
    if (!match.matches("\"[0-9]{1,18}\"")) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`If-Match` must be the `ETag` of an answer about this policy");
    }
    return Long.valueOf(match.substring(1, match.length() - 1));
  }

  private void noteChange(
      @Nullable String id,
      @Nullable PolicyPattern channels,
      @Nullable List<PolicyRule> rules,
      @Nullable ChannelSettings settings) {
    if (id != null) {
      note.setTarget("policy:" + id.substring(0, Math.min(16, id.length())));
    }
    note.setContext(
        JsonWriter.object(
            json -> {
              if (channels != null) {
                json.writeStringField("channels", channels.toString());
              }
              if (rules != null && PolicyAdministration.fault(rules) == null) {
                json.writeFieldName("rules");
                RulesText.write(json, rules);
              }
              if (settings != null) {
                json.writeFieldName("settings");
                ChannelSettingsText.write(json, settings);
              }
            }));
  }
}
