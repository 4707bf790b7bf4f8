package io.broadcasty.transport.local;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.ServedTenants;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PublicationFields;
import io.broadcasty.wire.PublishReader;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishes for other applications of this server. Two applications share no classes but those of
 * the JDK, so publications and results are maps:
 *
 * <ul>
 *   <li>A publication has the fields of {@link PublicationFields}; {@code payload} is JSON in an
 *       array of bytes.
 *   <li>A result has the fields of the answer to {@code POST /broadcasty/publish}: strings, longs
 *       and booleans. One of a failure has {@code code}, {@code status}, {@code detail} and, when
 *       it is known, {@code retryAfter} in seconds.
 * </ul>
 *
 * <p>Limits and policies apply as they do over HTTP. Results are in the order of the publications;
 * the stage never completes exceptionally. It is completed by a thread that must not be blocked.
 */
@ThreadSafe
public final class LocalPublisher
    implements Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>> {

  private static final System.Logger LOG = System.getLogger(LocalPublisher.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final SessionContext node;
  private final Caller caller;
  private final PublicationFields reader = new PublicationFields(new PublishReader());

  /** Creates a publisher that publishes as one caller. */
  public LocalPublisher(SessionContext node, LocalCaller caller) {
    this.node = node;
    this.caller = caller.caller(node.clock());
  }

  @Override
  public CompletionStage<List<Map<String, Object>>> apply(List<Map<String, Object>> publications) {
    Thread thread = Thread.currentThread();
    ClassLoader ofCaller = thread.getContextClassLoader();
    thread.setContextClassLoader(LocalPublisher.class.getClassLoader());
    try {
      return publish(publications);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A publication of another application failed unexpectedly", e);
      return CompletableFuture.completedFuture(all(publications.size(), unknownOutcome()));
    } finally {
      thread.setContextClassLoader(ofCaller);
    }
  }

  private CompletionStage<List<Map<String, Object>>> publish(
      List<Map<String, Object>> publications) {
    TenantSettings tenant = node.tenants().of(caller.tenant());
    Problem refusal = refusal(tenant, publications);
    if (refusal != null) {
      return CompletableFuture.completedFuture(all(publications.size(), refusal));
    }
    List<PublishReader.Item> items = new ArrayList<>(publications.size());
    List<PublishRequest> requests = new ArrayList<>(publications.size());
    for (Map<String, Object> publication : publications) {
      PublishReader.Item item = reader.read(publication, tenant.publish());
      items.add(item);
      if (item.request() != null) {
        requests.add(item.request());
      }
    }
    return node.publish()
        .publish(caller, requests)
        .handle(
            (outcomes, failure) -> {
              if (outcomes == null) {
                LOG.log(Level.ERROR, "A publication failed unexpectedly", failure);
                return all(items.size(), unknownOutcome());
              }
              return results(items, outcomes);
            });
  }

  /** Returns why nothing at all is published; null when nothing speaks against it. */
  private @Nullable Problem refusal(TenantSettings tenant, List<Map<String, Object>> publications) {
    if (node.sessions().isDraining()) {
      return new Problem(Code.DRAINING, "Broadcasty is shutting down", RETRY_AFTER);
    }
    Problem suspension = node.sessions().suspension();
    if (suspension != null) {
      return suspension;
    }
    if (!tenant.state().isServed()) {
      return Problem.of(Code.TENANT_REFUSED, ServedTenants.reason(tenant.state()));
    }
    PublishCaps caps = tenant.publish();
    if (publications.size() > caps.maxBatch()) {
      return Problem.of(
          Code.TOO_MANY_ITEMS,
          "a batch has at most " + caps.maxBatch() + " items; send several batches");
    }
    return bytesRefusal(publications);
  }

  /** Charges the payloads, which are most of what a body over HTTP would have. */
  private @Nullable Problem bytesRefusal(List<Map<String, Object>> publications) {
    if (!node.rates().isEnabled()) {
      return null;
    }
    long bytes = 0;
    for (Map<String, Object> publication : publications) {
      for (Object value : publication.values()) {
        bytes += value instanceof byte[] json ? json.length : 0;
      }
    }
    if (bytes == 0) {
      return null;
    }
    RateLimiter.Verdict verdict =
        node.rates().tryAcquireBytes(caller.tenant(), caller.subject(), bytes);
    return verdict.granted() ? null : ProblemMapper.throttled(verdict, bytes);
  }

  private static List<Map<String, Object>> results(
      List<PublishReader.Item> items, List<PublishOutcome> outcomes) {
    List<Map<String, Object>> results = new ArrayList<>(items.size());
    int next = 0;
    for (PublishReader.Item item : items) {
      PublishRequest request = item.request();
      results.add(
          request == null
              ? LocalResults.of(item.problem() == null ? unknownOutcome() : item.problem())
              : LocalResults.of(request.channel(), outcomes.get(next++)));
    }
    return results;
  }

  private static List<Map<String, Object>> all(int count, Problem problem) {
    List<Map<String, Object>> results = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      results.add(LocalResults.of(problem));
    }
    return results;
  }

  private static Problem unknownOutcome() {
    return new Problem(
        Code.INTERNAL_ERROR,
        "the publication may or may not have been accepted; publish again with the same id",
        RETRY_AFTER);
  }
}
