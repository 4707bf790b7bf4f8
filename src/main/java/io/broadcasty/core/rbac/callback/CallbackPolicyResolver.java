package io.broadcasty.core.rbac.callback;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.http.CallBreaker;
import io.broadcasty.core.http.CallBreaker.Permission;
import io.broadcasty.core.http.CallFailure;
import io.broadcasty.core.rbac.AccessExplanation;
import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.core.rbac.CallbackCounts.Outcome;
import io.broadcasty.core.rbac.ExplainingResolver;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a back end decide, by signed HTTP requests. An answer counts for as long as it says; until
 * then, the same question is not asked again, and a question that is being asked is not asked twice
 * at the same time. Without an answer nothing is allowed.
 *
 * <p>A thread that needs an answer waits for it, within the time limit; a bounded number of them
 * does.
 */
@ThreadSafe
public final class CallbackPolicyResolver implements ExplainingResolver {

  /** How many questions are asked at the same time. */
  static final int MAX_CALLS = 32;

  private static final int MAX_CACHED = 20_000;

  private final CallbackSettings settings;
  private final CallbackExchange exchange;
  private final CallbackCounts counts;
  private final Ticker ticker;
  private final WallClock clock;
  private final CallBreaker breaker;
  private final Semaphore calls = new Semaphore(MAX_CALLS);
  private final ConcurrentHashMap<AccessRequest, CompletableFuture<Decision>> asked =
      new ConcurrentHashMap<>();

  @GuardedBy("this")
  private final Map<AccessRequest, Decision> cache = BoundedMap.ofLatestUsed(MAX_CACHED);

  /**
   * A decision of the back end.
   *
   * @param untilNanos when it ends to count
   */
  private record Decision(CallbackMessage.Answer answer, long untilNanos) {}

  /** Creates a resolver that asks over HTTP. */
  public CallbackPolicyResolver(
      CallbackSettings settings, CallbackCounts counts, Ticker ticker, WallClock clock) {
    this(settings, new HttpCallbackExchange(settings, MAX_CALLS), counts, ticker, clock);
  }

  CallbackPolicyResolver(
      CallbackSettings settings,
      CallbackExchange exchange,
      CallbackCounts counts,
      Ticker ticker,
      WallClock clock) {
    this.settings = settings;
    this.exchange = exchange;
    this.counts = counts;
    this.ticker = ticker;
    this.clock = clock;
    this.breaker = new CallBreaker(ticker);
  }

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    return authorize(new AccessRequest(tenant, channel, userId, roles, action, Map.of()));
  }

  /**
   * {@inheritDoc}
   *
   * @throws CallbackException when the back end does not decide
   */
  @Override
  public boolean authorize(AccessRequest request) {
    return decide(request).answer().allowed();
  }

  /** {@inheritDoc} That also needs a role of back ends, whatever the back end answers. */
  @Override
  public boolean mayActForOthers(AccessRequest request) {
    return (request.roles().contains(Roles.ADMIN) || request.roles().contains(Roles.PUBLISHER))
        && authorize(request);
  }

  @Override
  public AccessExplanation.Step explain(AccessRequest request) {
    try {
      Decision decision = decide(request);
      String reason = decision.answer().reason();
      long seconds = TimeUnit.NANOSECONDS.toSeconds(decision.untilNanos() - ticker.readNanos());
      return new AccessExplanation.Step(
          "callback",
          decision.answer().allowed(),
          "the back end at "
              + settings.address().getHost()
              + (decision.answer().allowed() ? " allows it" : " denies it")
              + (reason == null ? "" : ": " + reason)
              + (seconds > 0 ? "; the answer counts for " + seconds + " s more" : ""));
    } catch (CallbackException e) {
      return new AccessExplanation.Step(
          "callback",
          false,
          "the back end at "
              + settings.address().getHost()
              + " does not decide, so nothing is allowed: "
              + e.getMessage());
    }
  }

  private Decision decide(AccessRequest request) {
    Decision known = cached(request);
    if (known != null) {
      counts.add(Outcome.CACHED);
      return known;
    }
    CompletableFuture<Decision> mine = new CompletableFuture<>();
    CompletableFuture<Decision> others = asked.putIfAbsent(request, mine);
    if (others != null) {
      return await(others);
    }
    try {
      Decision decision = ask(request);
      mine.complete(decision);
      return decision;
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      asked.remove(request, mine);
    }
  }

  private Decision await(CompletableFuture<Decision> others) {
    try {
      return others.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = CallFailure.unwrap(e);
      throw new CallbackException(
          cause == null ? "it failed" : String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw new CallbackException("there is no reply in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallbackException("interrupted while waiting for the reply", e);
    }
  }

  private Decision ask(AccessRequest request) {
    if (!calls.tryAcquire()) {
      counts.add(Outcome.REFUSED);
      throw new CallbackException(MAX_CALLS + " questions wait for an answer already", null);
    }
    try {
      Permission permission = breaker.permission();
      if (permission == Permission.REFUSED) {
        counts.add(Outcome.REFUSED);
        throw new CallbackException("it has failed, and is asked again in a while", null);
      }
      return answered(request, permission);
    } finally {
      calls.release();
    }
  }

  private Decision answered(AccessRequest request, Permission permission) {
    CallbackExchange.Reply reply;
    CallbackMessage.Answer answer;
    try {
      reply = post(request);
      answer = CallbackMessage.answer(reply);
    } catch (RuntimeException | Error e) {
      breaker.recordFailure(permission);
      counts.add(Outcome.FAILED);
      throw e;
    }
    breaker.recordSuccess();
    counts.add(answer.allowed() ? Outcome.ALLOWED : Outcome.DENIED);
    long seconds = CallbackMessage.maxAgeSeconds(reply.cacheControl());
    Decision decision =
        new Decision(answer, ticker.readNanos() + TimeUnit.SECONDS.toNanos(seconds));
    if (seconds > 0) {
      remember(request, decision);
    }
    return decision;
  }

  private CallbackExchange.Reply post(AccessRequest request) {
    long now = clock.nowMillis();
    long seconds = TimeUnit.MILLISECONDS.toSeconds(now);
    String id = "msg_" + UUID.randomUUID();
    String body = CallbackMessage.question(request, now);
    return exchange.post(
        Map.of(
            "webhook-id",
            id,
            "webhook-timestamp",
            Long.toString(seconds),
            "webhook-signature",
            CallbackSecret.sign(settings.secrets(), id, seconds, body)),
        body);
  }

  private synchronized @Nullable Decision cached(AccessRequest request) {
    Decision known = cache.get(request);
    if (known != null && ticker.readNanos() - known.untilNanos() >= 0) {
      cache.remove(request);
      return null;
    }
    return known;
  }

  private synchronized void remember(AccessRequest request, Decision decision) {
    cache.put(request, decision);
  }
}
