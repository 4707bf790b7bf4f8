package io.broadcasty.transport.http;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.AccessExplanation;
import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
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
import io.broadcasty.wire.ReplayQuestionReader;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/replay}: what a caller at a position would be replayed, or why it
 * would be refused.
 */
@Path("admin/replay")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class ExploredReplayResource {

  @Inject private Broker broker;
  @Inject private Policy policy;
  @Inject private EdgeSettings settings;
  @Inject private AdministeredTenants tenants;
  @Inject private AuditNote note;

  /** Reads a page as the caller would; every call is in the audit log, since it shows payloads. */
  @POST
  @Audited(value = "channel.replay", kind = Audited.Kind.DISCLOSURE)
  public Response replay(@Context HttpServletRequest request) {
    return Explored.answer(
        () -> {
          RequestBody.requireJson(request);
          ReplayQuestionReader.Question question =
              ReplayQuestionReader.read(RequestBody.read(request, settings));
          TenantId tenant = tenants.named(question.tenant());
          note.setTenant(tenant);
          String subject = question.subject();
          if (question.channel() == null || subject == null || subject.isEmpty()) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "a question needs `channel` and `subject`");
          }
          ChannelName channel = QueryParameters.channel(question.channel());
          note.setTarget("channel:" + channel);
          AccessExplanation explanation =
              policy.explain(
                  new AccessRequest(
                      tenant.value(),
                      channel.value(),
                      subject,
                      question.roles(),
                      question.operation(),
                      question.claims()),
                  null);
          ReplayPage page =
              explanation.allowed() ? read(new TenantChannel(tenant, channel), question) : null;
          return Response.ok(json(channel, explanation, page))
              .header("Cache-Control", "no-store")
              .build();
        });
  }

  private ReplayPage read(TenantChannel channel, ReplayQuestionReader.Question question) {
    return broker.replay(
        new ReplayRequest(
            channel,
            question.partition(),
            question.epoch(),
            question.from() == 0 ? StreamState.FROM_OLDEST : question.from() - 1,
            question.limit(),
            ReplayResource.MAX_PAGE_BYTES));
  }

  private static String json(
      ChannelName channel, AccessExplanation explanation, @Nullable ReplayPage page) {
    return JsonWriter.object(
        json -> {
          PolicyAnswers.write(json, explanation);
          if (page != null) {
            json.writeObjectFieldStart("replay");
            ReplayAnswers.write(json, channel, page, Long.MAX_VALUE);
            json.writeEndObject();
          }
        });
  }
}
