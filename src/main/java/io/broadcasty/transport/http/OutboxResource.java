package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.outbox.OutboxAdministration;
import io.broadcasty.outbox.OutboxException;
import io.broadcasty.outbox.OutboxReader;
import io.broadcasty.outbox.OutboxStatus;
import io.broadcasty.outbox.OutboxTable;
import io.broadcasty.outbox.RefusedRow;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.AuditNote;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/outbox}: the outboxes that this node reads, and the rows of them
 * that cannot be published. For administrators of the tenant of a source.
 */
@Path("admin/outbox")
@Produces("application/json")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class OutboxResource {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  @Inject private OutboxAdministration outboxes;
  @Inject private AdministeredTenants tenants;
  @Inject private AuditNote note;

  /** Lists the sources, and what this node has done and found. */
  @GET
  @Audited(value = "outbox.list", kind = Audited.Kind.READ)
  public Response list() {
    return ProblemResponses.answer(
        () -> {
          List<OutboxReader> sources = outboxes.sources(tenants.onlyOne());
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeArrayFieldStart("outboxes");
                        for (OutboxReader each : sources) {
                          write(json, each);
                        }
                        json.writeEndArray();
                      }))
              .build();
        });
  }

  /** Lists the rows of a source that were set aside, in order of their ids. */
  @GET
  @Path("{outbox}/refused")
  @Audited(value = "outbox.refused", kind = Audited.Kind.READ)
  public Response refused(
      @PathParam("outbox") String id,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit) {
    return ProblemResponses.answer(
        () -> {
          int size = QueryParameters.pageSize(limit, OutboxAdministration.MAX_PAGE);
          long afterId = QueryParameters.number("after", after, 0, 0, Long.MAX_VALUE);
          List<RefusedRow> found = onTable(id, table -> table.refused(afterId, size + 1));
          List<RefusedRow> page = found.subList(0, Math.min(size, found.size()));
          return Response.ok(
                  JsonWriter.object(
                      json -> {
                        json.writeArrayFieldStart("rows");
                        for (RefusedRow row : page) {
                          write(json, row);
                        }
                        json.writeEndArray();
                        if (found.size() > size) {
                          json.writeStringField(
                              "next", String.valueOf(page.get(page.size() - 1).id()));
                        }
                      }))
              .build();
        });
  }

  /** Has a row published after all. */
  @POST
  @Path("{outbox}/refused/{row}/retry")
  @Audited("outbox.retry")
  public Response retry(@PathParam("outbox") String id, @PathParam("row") String row) {
    return change(id, row, OutboxTable::retry, Response.Status.ACCEPTED);
  }

  /** Deletes a row. */
  @DELETE
  @Path("{outbox}/refused/{row}")
  @Audited("outbox.remove")
  public Response remove(@PathParam("outbox") String id, @PathParam("row") String row) {
    return change(id, row, OutboxTable::remove, Response.Status.NO_CONTENT);
  }

  private Response change(
      String id, String row, BiPredicate<OutboxTable, Long> change, Response.Status status) {
    return ProblemResponses.answer(
        () -> {
          note.setTarget("outbox:?");
          long rowId = QueryParameters.number("row", row, 0, 1, Long.MAX_VALUE);
          boolean changed = onTable(id, table -> change.test(table, rowId));
          note.setTarget("outbox:" + id + "/" + rowId);
          if (!changed) {
            throw new ProblemException(
                Code.NOT_FOUND, "no row of this outbox with this id was set aside");
          }
          return Response.status(status).build();
        });
  }

  private <T> T onTable(String id, Function<OutboxTable, T> work) throws ProblemException {
    OutboxReader found = outboxes.find(tenants.onlyOne(), id);
    if (found == null) {
      throw new ProblemException(Code.NOT_FOUND, "this node reads no outbox with this id");
    }
    note.setTenant(found.source().tenant());
    try {
      return work.apply(found.table());
    } catch (OutboxException e) {
      throw new ProblemException(
          new Problem(
              Code.UNAVAILABLE,
              "the outbox cannot be used now; see `error` in its list",
              RETRY_AFTER));
    }
  }

  private static void write(JsonGenerator json, OutboxReader reader) throws IOException {
    OutboxStatus status = reader.status();
    json.writeStartObject();
    json.writeStringField("id", reader.source().id());
    json.writeStringField("tenant", reader.source().tenant().value());
    json.writeNumberField("lagSeconds", status.lagSeconds());
    json.writeNumberField("published", status.published());
    json.writeNumberField("refused", status.refused());
    json.writeNumberField("errors", status.errors());
    if (status.error() != null) {
      json.writeStringField("error", status.error());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RefusedRow row) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", String.valueOf(row.id()));
    json.writeStringField("channel", row.channel());
    json.writeNumberField("payloadBytes", row.payloadBytes());
    json.writeStringField("code", row.code());
    json.writeStringField("reason", row.reason());
    json.writeStringField("createdAt", Instant.ofEpochMilli(row.createdMillis()).toString());
    json.writeStringField("refusedAt", Instant.ofEpochMilli(row.refusedMillis()).toString());
    json.writeEndObject();
  }
}
