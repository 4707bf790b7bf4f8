package io.broadcasty.transport.http;

import io.broadcasty.admin.privacy.PrivacyAdministration;
import io.broadcasty.admin.privacy.PrivacyJob;
import io.broadcasty.admin.privacy.PrivacyJobs;
import io.broadcasty.admin.privacy.PrivacyOutcome;
import io.broadcasty.admin.privacy.PrivacyStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/privacy}: the jobs that export or erase the data of users, and
 * what they have exported. Administrators see those of their own tenant, operators those of any.
 */
@Path("admin/privacy")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class PrivacyResource {

  @Inject private PrivacyAdministration privacy;
  @Inject private AdministeredTenants tenants;
  @Inject private AuditNote note;

  /** Lists jobs, the latest first. */
  @GET
  @Produces("application/json")
  @Audited(value = "privacy.list", kind = Audited.Kind.READ)
  public Response list(
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("before") @Nullable String before,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, PrivacyAdministration.MAX_PAGE);
          if (before != null && !PrivacyAdministration.isId(before)) {
            throw new ProblemException(Code.INVALID_REQUEST, "`before` must be the id of a job");
          }
          TenantId whose = tenant == null ? tenants.onlyOne() : tenants.named(tenant);
          PrivacyOutcome outcome = privacy.list(whose, before, size);
          return outcome instanceof PrivacyOutcome.Page page
              ? Response.ok(JsonWriter.object(json -> PrivacyAnswers.write(json, page))).build()
              : PrivacyAnswers.problem(outcome);
        });
  }

  /** Returns a job, with its progress and its report. */
  @GET
  @Path("{job}")
  @Produces("application/json")
  @Audited(value = "privacy.read", kind = Audited.Kind.READ)
  public Response read(@PathParam("job") String id) {
    return ProblemResponses.answer(
        () -> {
          PrivacyOutcome outcome = privacy.find(tenants.onlyOne(), id);
          return outcome instanceof PrivacyOutcome.Found found
              ? Response.ok(JsonWriter.object(json -> PrivacyAnswers.write(json, found.job())))
                  .build()
              : PrivacyAnswers.problem(outcome);
        });
  }

  /** Writes what a job has exported, a line of JSON for each item. */
  @GET
  @Path("{job}/export")
  @Produces({"application/x-ndjson", "application/json"})
  @Audited("privacy.download")
  public Response download(@PathParam("job") String id) {
    return ProblemResponses.answer(
        () -> {
          noteJob(id);
          PrivacyOutcome outcome = privacy.find(tenants.onlyOne(), id);
          if (!(outcome instanceof PrivacyOutcome.Found found)) {
            return PrivacyAnswers.problem(outcome);
          }
          PrivacyJob job = found.job();
          note.setTenant(job.tenant());
          if (job.kind() != PrivacyJob.Kind.EXPORT || job.state() != PrivacyJob.State.DONE) {
            throw new ProblemException(
                Code.NOT_FOUND, "the job has exported nothing yet; wait for the state `done`");
          }
          StreamingOutput body = stream -> write(job, stream);
          return Response.ok(body)
              .type("application/x-ndjson")
              .header("Cache-Control", "no-store")
              .header(
                  "Content-Disposition", "attachment; filename=\"user-" + job.id() + ".ndjson\"")
              .build();
        });
  }

  private void write(PrivacyJob job, OutputStream stream) throws IOException {
    try {
      PrivacyJobs.Chunk chunk = privacy.read(job, -1);
      while (chunk != null) {
        stream.write(chunk.text().getBytes(StandardCharsets.UTF_8));
        chunk = privacy.read(job, chunk.number());
      }
    } catch (PrivacyStoreException e) {
      throw new IOException("the exported data cannot be read to its end", e);
    }
  }

  /** Deletes a job and what it has exported. */
  @DELETE
  @Path("{job}")
  @Produces("application/json")
  @Audited("privacy.delete")
  public Response delete(@PathParam("job") String id) {
    return ProblemResponses.answer(
        () -> {
          noteJob(id);
          PrivacyOutcome outcome = privacy.delete(tenants.onlyOne(), id);
          if (!(outcome instanceof PrivacyOutcome.Deleted deleted)) {
            return PrivacyAnswers.problem(outcome);
          }
          note.setTenant(deleted.job().tenant());
          return Response.noContent().build();
        });
  }

  private void noteJob(String id) {
    note.setTarget("privacy:" + (PrivacyAdministration.isId(id) ? id : "?"));
  }
}
