package io.broadcasty.transport.http;

import io.broadcasty.admin.audit.AuditAdministration;
import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditExport;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.admin.audit.ChainHead;
import io.broadcasty.admin.audit.ChainReport;
import io.broadcasty.transport.admin.AdminRole;
import io.broadcasty.transport.admin.AdministeredTenants;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/audit}: reads, exports and verifies the audit log. Administrators
 * see the entries of their own tenant, operators those of any and of the whole service.
 */
@Path("admin/audit")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AuditResource {

  private static final System.Logger LOG = System.getLogger(AuditResource.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final Duration EXPORT_RETRY = Duration.ofSeconds(10);

  private static final List<String> FILTERS =
      List.of("tenant", "from", "until", "actor", "action", "target", "outcome", "requestId");
  private static final Set<String> PAGING = with(FILTERS, "before", "limit");
  private static final Set<String> EXPORT = with(FILTERS, "format");
  private static final Set<String> VERIFY = Set.of("tenant", "after", "expect");

  /** The text of a head: its number and its hash. */
  private static final Pattern HEAD = Pattern.compile("(\\d{1,18})-([0-9a-f]{64}|)");

  @Inject private AuditAdministration audit;
  @Inject private AdministeredTenants tenants;
  @Inject private CurrentCaller current;

  /** Reads a page, the latest entries first; the protocol describes the parameters. */
  @GET
  @Produces("application/json")
  @Audited(value = "audit.read", kind = Audited.Kind.BY_USE_CASE)
  public Response page(@Context UriInfo uri) {
    return answer(
        () -> {
          MultivaluedMap<String, String> query = uri.getQueryParameters();
          requireKnown(query, PAGING);
          AuditFilter filter = filter(query);
          int limit =
              QueryParameters.pageSize(query.getFirst("limit"), AuditAdministration.MAX_PAGE);
          List<AuditEntry> entries =
              audit.page(current.require(), filter, cursor(query.getFirst("before")), limit + 1);
          return Response.ok(AuditText.page(entries, limit)).build();
        });
  }

  /** Writes all entries that match, as they are read; the latest first. */
  @GET
  @Path("export")
  @Produces({"application/x-ndjson", "text/csv", "application/json"})
  @Audited(value = "audit.export", kind = Audited.Kind.BY_USE_CASE)
  public Response export(@Context UriInfo uri) {
    return answer(
        () -> {
          MultivaluedMap<String, String> query = uri.getQueryParameters();
          requireKnown(query, EXPORT);
          AuditFormat format = AuditFormat.of(query.getFirst("format"));
          if (format == null) {
            throw new ProblemException(Code.INVALID_REQUEST, "`format` must be `csv` or `ndjson`");
          }
          AuditExport export = audit.export(current.require(), filter(query));
          if (export == null) {
            return ProblemResponses.of(
                new Problem(
                    Code.OVERLOADED, "other exports are being written; retry", EXPORT_RETRY));
          }
          StreamingOutput body =
              stream -> {
                try (export) {
                  format.write(stream, export);
                } catch (AuditStoreException e) {
                  LOG.log(Level.WARNING, "An export of the audit log ends too early", e);
                  throw new IOException("the audit log cannot be read to its end", e);
                }
              };
          return Response.ok(body)
              .type(format.mediaType())
              .header("Cache-Control", "no-store")
              .header(
                  "Content-Disposition", "attachment; filename=\"audit." + format.fileType() + "\"")
              .build();
        });
  }

  /** Verifies a part of a tenant's chain. */
  @GET
  @Path("verify")
  @Produces("application/json")
  @Audited(value = "audit.verify", kind = Audited.Kind.BY_USE_CASE)
  public Response verify(@Context UriInfo uri) {
    return answer(
        () -> {
          MultivaluedMap<String, String> query = uri.getQueryParameters();
          requireKnown(query, VERIFY);
          String named = tenants.namedOrAll(query.getFirst("tenant"));
          String tenant = named == null ? "" : named; // of operators, who name none
          ChainReport report =
              audit.verify(
                  current.require(),
                  tenant,
                  head(tenant, "after", query.getFirst("after")),
                  head(tenant, "expect", query.getFirst("expect")));
          return Response.ok(AuditText.report(report)).build();
        });
  }

  /** Lists the heads of all chains, to be kept elsewhere. */
  @GET
  @Path("heads")
  @Produces("application/json")
  @Permitted(AdminRole.OPERATOR)
  @Audited(value = "audit.heads", kind = Audited.Kind.READ)
  public Response heads(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    return answer(
        () -> {
          int size = QueryParameters.pageSize(limit, AuditAdministration.MAX_PAGE);
          return Response.ok(AuditText.heads(audit.heads(after, size + 1), size)).build();
        });
  }

  private static @Nullable ChainHead head(String tenant, String name, @Nullable String text)
      throws ProblemException {
    if (text == null) {
      return null;
    }
    Matcher matcher = HEAD.matcher(text);
    if (!matcher.matches()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + name + "` must be a number, `-` and a hash");
    }
    return new ChainHead(tenant, Long.parseLong(matcher.group(1)), matcher.group(2));
  }

  private Response answer(ProblemResponses.Call call) {
    if (!audit.isOn()) {
      return ProblemResponses.of(
          Problem.of(
              Code.NOT_FOUND,
              "this node keeps no audit log that can be read; it needs a relational database"
                  + " (broadcasty.replay.store=database, a mirror or a queue)"));
    }
    try {
      return ProblemResponses.answer(call);
    } catch (AuditStoreException e) {
      LOG.log(Level.DEBUG, "Cannot read the audit log", e);
      return ProblemResponses.of(
          new Problem(Code.UNAVAILABLE, "the audit log cannot be read now; retry", RETRY_AFTER));
    }
  }

  private static Set<String> with(List<String> names, String... more) {
    return Stream.concat(names.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
  }

  /** Refuses unknown parameters: a filter that is misspelt would select everything. */
  private static void requireKnown(MultivaluedMap<String, String> query, Set<String> known)
      throws ProblemException {
    for (String name : query.keySet()) {
      if (!known.contains(name)) {
        throw new ProblemException(Code.INVALID_REQUEST, "there is no parameter of this name");
      }
    }
  }

  private AuditFilter filter(MultivaluedMap<String, String> query) throws ProblemException {
    String outcome = query.getFirst("outcome");
    AuditOutcome wanted = AuditOutcome.of(outcome);
    if (outcome != null && wanted == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`outcome` must be `done`, `failed` or `refused`");
    }
    return new AuditFilter(
        tenants.namedOrAll(query.getFirst("tenant")),
        time("from", query.getFirst("from"), 0),
        time("until", query.getFirst("until"), Long.MAX_VALUE),
        query.getFirst("actor"),
        query.getFirst("action"),
        query.getFirst("target"),
        wanted,
        query.getFirst("requestId"));
  }

  private static @Nullable AuditCursor cursor(@Nullable String text) throws ProblemException {
    AuditCursor cursor = text == null ? null : AuditCursor.parse(text);
    if (text != null && cursor == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`before` must be the `next` of another page");
    }
    return cursor;
  }

  private static long time(String name, @Nullable String text, long absent)
      throws ProblemException {
    if (text == null) {
      return absent;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + name + "` must be a time such as 2027-01-31T12:00:00Z");
    }
  }
}
