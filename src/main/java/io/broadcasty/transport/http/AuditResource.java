package io.broadcasty.transport.http;

import io.broadcasty.admin.audit.AuditAdministration;
import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.admin.AdminRole;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/admin/audit}: reads the audit log. Administrators see the entries of
 * their own tenant, operators those of any and of the whole service.
 */
@Path("admin/audit")
@RateLimited
@Permitted(AdminRole.ADMINISTRATOR)
public class AuditResource {

  private static final System.Logger LOG = System.getLogger(AuditResource.class.getName());
  private static final int DEFAULT_PAGE = 100;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final Set<String> FILTERS =
      Set.of("tenant", "from", "until", "actor", "action", "target", "outcome");
  private static final Set<String> PAGING = Set.of("before", "limit");

  @Inject private AuditAdministration audit;
  @Inject private Administration administration;
  @Inject private RealtimeListener listener;
  @Inject private CurrentCaller current;

  /** Reads a page, the latest entries first; the protocol describes the parameters. */
  @GET
  @Produces("application/json")
  @Audited(value = "audit.read", kind = Audited.Kind.BY_USE_CASE)
  public Response page(@Context UriInfo uri) {
    return answer(
        () -> {
          MultivaluedMap<String, String> query = uri.getQueryParameters();
          requireKnown(query);
          AuditFilter filter = filter(query);
          int limit =
              (int)
                  QueryParameters.number(
                      "limit",
                      query.getFirst("limit"),
                      DEFAULT_PAGE,
                      1,
                      AuditAdministration.MAX_PAGE);
          List<AuditEntry> entries =
              audit.page(current.require(), filter, cursor(query.getFirst("before")), limit + 1);
          return Response.ok(AuditText.page(entries, limit)).build();
        });
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

  /** Refuses unknown parameters: a filter that is misspelt would select everything. */
  private static void requireKnown(MultivaluedMap<String, String> query) throws ProblemException {
    for (String name : query.keySet()) {
      if (!FILTERS.contains(name) && !PAGING.contains(name)) {
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
        tenant(query.getFirst("tenant")),
        time("from", query.getFirst("from"), 0),
        time("until", query.getFirst("until"), Long.MAX_VALUE),
        query.getFirst("actor"),
        query.getFirst("action"),
        query.getFirst("target"),
        wanted);
  }

  /** Returns whose entries the caller reads: null for all, empty for those of the service. */
  private @Nullable String tenant(@Nullable String named) throws ProblemException {
    Caller caller = current.require();
    boolean operator = administration.isOperator(caller);
    if (named == null) {
      return operator ? null : caller.tenant().value();
    }
    if (!named.isEmpty()) {
      try {
        var unused = new TenantId(named);
      } catch (IllegalArgumentException e) {
        throw new ProblemException(Code.INVALID_REQUEST, "`tenant`: " + e.getMessage());
      }
    }
    if (!operator && !named.equals(caller.tenant().value())) {
      listener.onDenied(
          new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
      throw new ProblemException(
          Code.FORBIDDEN, "an administrator reads the audit log of its own tenant only");
    }
    return named;
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
