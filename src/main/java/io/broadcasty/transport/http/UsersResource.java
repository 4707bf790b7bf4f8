package io.broadcasty.transport.http;

import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PrivacyAdministration;
import io.broadcasty.admin.privacy.PrivacyJob;
import io.broadcasty.admin.privacy.PrivacyOutcome;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.PrivacyRequestReader;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;

/**
 * Serves {@code /broadcasty/admin/users}: has the data of a user exported or erased by a job.
 * Administrators do so in their own tenant, operators in any.
 */
@Path("admin/users/{user}")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class UsersResource {

  private static final String JOBS = "/admin/privacy/";
  private static final int MAX_USER = 1000;

  @Inject private PrivacyAdministration privacy;
  @Inject private AdministeredTenants tenants;
  @Inject private EdgeSettings settings;
  @Inject private AuditNote note;

  /** Begins a job that collects the user's data; the protocol describes the body. */
  @POST
  @Path("export")
  @Audited("privacy.export")
  public Response export(@PathParam("user") String user, @Context HttpServletRequest request) {
    return begin(user, PrivacyJob.Kind.EXPORT, request);
  }

  /** Begins a job that erases the user's data for good; the protocol describes the body. */
  @POST
  @Path("erase")
  @Audited("privacy.erase")
  public Response erase(@PathParam("user") String user, @Context HttpServletRequest request) {
    return begin(user, PrivacyJob.Kind.ERASE, request);
  }

  private Response begin(String user, PrivacyJob.Kind kind, HttpServletRequest request) {
    return ProblemResponses.answer(
        () -> {
          if (user.isBlank() || user.length() > MAX_USER || user.indexOf('\0') >= 0) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "the user must have 1 to " + MAX_USER + " characters");
          }
          if (BodyRequest.bytes(request).length > 0) {
            RequestBody.requireJson(request);
          }
          PrivacyRequestReader.Request body =
              PrivacyRequestReader.read(
                  RequestBody.read(request, settings), PrivacyAdministration.MAX_CHANNELS);
          for (String channel : body.channels()) {
            requireChannel(channel);
          }
          TenantId tenant = tenants.named(body.tenant());
          note.setTenant(tenant);
          note.setTarget("user:" + user);
          PrivacyOutcome outcome =
              privacy.begin(new DataSubject(tenant, user, body.channels()), kind);
          if (!(outcome instanceof PrivacyOutcome.Accepted accepted)) {
            return PrivacyAnswers.problem(outcome);
          }
          PrivacyJob job = accepted.job();
          note.setContext(JsonWriter.object(json -> json.writeStringField("job", job.id())));
          return Response.status(Response.Status.ACCEPTED)
              .entity(JsonWriter.object(json -> PrivacyAnswers.write(json, job)))
              .header("Location", location(request, job.id()))
              .build();
        });
  }

  private static String location(HttpServletRequest request, String id) {
    String uri = request.getRequestURI();
    return uri.substring(0, uri.indexOf("/admin/users/")) + JOBS + id;
  }

  private static void requireChannel(String channel) throws ProblemException {
    try {
      if (ChannelPattern.isPattern(channel)) {
        var unused = ChannelPattern.parse(channel);
      } else {
        var unused = new ChannelName(channel);
      }
    } catch (InvalidChannelException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`channels`: " + e.getMessage());
    }
  }
}
