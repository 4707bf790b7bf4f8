package io.broadcasty.transport.http;

import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.rbac.AccessExplanation;
import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelPolicy;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.session.ProblemMapper;
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
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves {@code /broadcasty/admin/access}: explains who may do what. */
@Path("admin/access")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AccessResource {

  private static final String DRAFT = "draft";

  @Inject private Policy policy;
  @Inject private EdgeSettings settings;
  @Inject private AdministeredTenants tenants;
  @Inject private AuditNote note;

  /** Decides on a request that a caller might make, and says how; nothing is done. */
  @POST
  @Path("explain")
  @Audited(value = "access.explain", kind = Audited.Kind.READ)
  public Response explain(@Context HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          RequestBody.requireJson(request);
          PolicyRequestReader.Question question =
              PolicyRequestReader.readQuestion(RequestBody.read(request, settings));
          TenantId tenant = tenants.named(question.tenant());
          note.setTenant(tenant);
          AccessExplanation explanation =
              policy.explain(request(tenant, question), draft(question.draft()));
          return Response.ok(JsonWriter.object(json -> PolicyAnswers.write(json, explanation)))
              .build();
        });
  }

  private static AccessRequest request(TenantId tenant, PolicyRequestReader.Question question)
      throws ProblemException {
    String subject = question.subject();
    String channel = question.channel();
    ChannelOperation operation = question.operation();
    if (subject == null || subject.isEmpty() || channel == null || operation == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "a question needs `subject`, `operation` and `channel`");
    }
    return new AccessRequest(
        tenant.value(),
        valid(channel, operation),
        subject,
        question.roles(),
        operation,
        question.claims());
  }

  private static String valid(String channel, ChannelOperation operation) throws ProblemException {
    try {
      if (!ChannelPattern.isPattern(channel)) {
        return new ChannelName(channel).value();
      }
      if (operation != ChannelOperation.SUBSCRIBE) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "a pattern can be subscribed to, and nothing else");
      }
      return ChannelPattern.parse(channel).toString();
    } catch (InvalidChannelException e) {
      throw new ProblemException(ProblemMapper.invalidChannel(e));
    }
  }

  private static @Nullable ChannelPolicy draft(PolicyRequestReader.@Nullable PolicyBody body)
      throws ProblemException {
    if (body == null) {
      return null;
    }
    PolicyPattern channels = body.channels();
    List<PolicyRule> rules = body.rules();
    if (channels == null || rules == null || body.tenant() != null) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "`draft` needs `channels` and `rules`, may have `settings`, and nothing else");
    }
    String fault = PolicyAdministration.fault(rules);
    if (fault != null) {
      throw new ProblemException(Code.INVALID_REQUEST, fault);
    }
    return new ChannelPolicy(
        DRAFT, channels, rules, body.settings() == null ? ChannelSettings.NONE : body.settings());
  }
}
