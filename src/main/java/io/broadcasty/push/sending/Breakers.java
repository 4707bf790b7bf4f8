package io.broadcasty.push.sending;

import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.sending.CircuitBreaker.Permission;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breakers of one push service: one for what only the configuration can cause, which
 * stops the service, and one for each tenant and origin, so that a tenant whose devices all fail
 * and an origin that a client has named stop nobody else.
 *
 * <p>For one thread.
 */
final class Breakers {

  private static final int MAX_SCOPES = 10_000;

  /** How long an accepted notification shows that the service works for some. */
  private static final long LATELY_MILLIS = Duration.ofMinutes(5).toMillis();

  private final CircuitBreaker service = new CircuitBreaker();
  private final Map<Scope, CircuitBreaker> scopes = BoundedMap.ofLatestUsed(MAX_SCOPES);
  private final Set<Scope> open = new LinkedHashSet<>();
  private final Predicate<String> expected;
  private final RefusalTally refusals = new RefusalTally();
  private @Nullable Scope accepting;
  private long acceptedAtMillis;

  /**
   * What fails together.
   *
   * @param origin as in {@link io.broadcasty.push.provider.PushProvider#origin}
   */
  record Scope(TenantId tenant, String origin) {}

  /** A dispatch that may be sent, and which breakers it is the probe of. */
  record Ticket(Scope scope, String device, boolean ofService, boolean ofScope) {}

  /**
   * Creates closed breakers.
   *
   * @param expected whether the operators expect an origin, and want to know when it fails
   */
  Breakers(Predicate<String> expected) {
    this.expected = expected;
  }

  /** Returns what the service as a whole may be sent. */
  Permission service(long nowMillis) {
    return service.permission(nowMillis);
  }

  /** Returns what may be sent to a tenant's devices at an origin. */
  Permission permission(Scope scope, long nowMillis) {
    CircuitBreaker breaker = scopes.get(scope);
    return breaker == null ? Permission.ALL : breaker.permission(nowMillis);
  }

  /** Returns when the pause of a scope ends, by the wall clock; in the past without one. */
  long pausedUntilMillis(Scope scope) {
    CircuitBreaker breaker = scopes.get(scope);
    return breaker == null ? Long.MIN_VALUE : breaker.pausedUntilMillis();
  }

  /** Starts a dispatch that both {@link #service} and {@link #permission} allow now. */
  Ticket start(Scope scope, String device, long nowMillis) {
    Ticket ticket =
        new Ticket(
            scope,
            device,
            service.permission(nowMillis) == Permission.ONE_PROBE,
            permission(scope, nowMillis) == Permission.ONE_PROBE);
    if (ticket.ofService()) {
      service.startProbe();
    }
    if (ticket.ofScope()) {
      of(scope).startProbe();
    }
    return ticket;
  }

  private CircuitBreaker of(Scope scope) {
    return scopes.computeIfAbsent(scope, each -> new CircuitBreaker());
  }

  /** Ends the probes of a dispatch, before its result is recorded. */
  void end(Ticket ticket) {
    if (ticket.ofService()) {
      service.endProbe();
    }
    if (ticket.ofScope()) {
      of(ticket.scope()).endProbe();
    }
  }

  void recordAccepted(Ticket ticket, long nowMillis) {
    service.recordAccepted();
    of(ticket.scope()).recordAccepted();
    refusals.recordAnswer(ticket.device());
    accepting = ticket.scope();
    acceptedAtMillis = nowMillis;
    noteOpen(ticket.scope());
  }

  /** Records a final answer that says nothing about the configuration. */
  void recordAnswer(Ticket ticket) {
    of(ticket.scope()).recordAnswer();
    refusals.recordAnswer(ticket.device());
    noteOpen(ticket.scope());
  }

  void recordFailure(
      Ticket ticket, String reason, @Nullable Duration asked, long nowMillis, double random) {
    of(ticket.scope())
        .recordFailure(ticket.device(), ticket.ofScope(), reason, asked, nowMillis, random);
    noteOpen(ticket.scope());
  }

  /**
   * Records a refusal that one device alone may be the cause of.
   *
   * @param evidence whether it says something about other devices: not when this one has failed
   *     before
   */
  void recordMismatch(
      Ticket ticket, boolean evidence, String reason, long nowMillis, double random) {
    if (expected.test(ticket.scope().origin())) {
      refusals.recordRefusal(ticket.device(), reason, nowMillis);
    }
    if (evidence) {
      of(ticket.scope())
          .recordRefusal(
              ticket.device(),
              ticket.ofScope(),
              reason,
              CircuitBreaker.FAILURE_THRESHOLD,
              nowMillis,
              random);
    }
    noteOpen(ticket.scope());
  }

  /** Records a refusal that only the configuration can cause. */
  void recordMisconfiguration(Ticket ticket, String reason, long nowMillis, double random) {
    service.recordRefusal(ticket.device(), ticket.ofService(), reason, 1, nowMillis, random);
  }

  private void noteOpen(Scope scope) {
    open.removeIf(each -> !scopes.containsKey(each));
    if (of(scope).problem() == null) {
      open.remove(scope);
    } else if (expected.test(scope.origin())) {
      open.add(scope);
    }
  }

  /**
   * Returns whether nothing is sent but probes, as far as is known: what was accepted last is long
   * past, or its tenant's devices fail as well.
   */
  boolean isStopped(long nowMillis) {
    if (service.problem() != null || open.isEmpty()) {
      return service.problem() != null;
    }
    return accepting == null
        || open.contains(accepting)
        || nowMillis - acceptedAtMillis > LATELY_MILLIS;
  }

  /** Returns the tenant whose devices have failed for longest; null when there is none. */
  @Nullable TenantId firstFailing() {
    return open.isEmpty() ? null : open.iterator().next().tenant();
  }

  /**
   * Returns the problem to tell operators of; null when there is none. Names no tenant, since
   * health checks are public.
   */
  @Nullable String problem(long nowMillis) {
    if (service.problem() != null) {
      return service.problem();
    }
    String problem = refusals.widespread(nowMillis);
    if (!open.isEmpty()) {
      Scope first = open.iterator().next();
      problem = of(first).problem();
      if (!first.origin().isEmpty()) {
        problem += ", at " + first.origin();
      }
    }
    return problem == null || isStopped(nowMillis) ? problem : "for some devices: " + problem;
  }
}
