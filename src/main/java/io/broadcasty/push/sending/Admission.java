package io.broadcasty.push.sending;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import io.broadcasty.push.sending.CircuitBreaker.Permission;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which claimed dispatches may be sent now, and learns from the answers: about the device,
 * about the origin and tenant, and about the service.
 *
 * <p>For one thread.
 */
final class Admission {

  private static final int MAX_REASON = 500;

  /** The shortest delay of what may not be sent now, up to twice as long. */
  private static final long DEFERRED_MILLIS = 1000;

  private final PushProvider provider;
  private final Breakers breakers;
  private final DevicePauses devices = new DevicePauses();
  private final OriginPlaces places;
  private final DoubleSupplier random;
  private final int maxInFlight;
  private final Map<TenantId, Integer> inFlightOf = new HashMap<>();
  private int inFlight;

  /** The decision about a dispatch. */
  sealed interface Decision {}

  /** The dispatch may be sent; {@link Admission#result} takes the answer. */
  record Admitted(ClaimedDispatch claimed, Breakers.Ticket ticket) implements Decision {}

  /** The dispatch goes back to the queue. */
  record Deferred(DeliveryResult result) implements Decision {}

  Admission(PushProvider provider, int maxInFlight, DoubleSupplier random) {
    this.provider = provider;
    this.breakers = new Breakers(provider::expectsOrigin);
    this.places = new OriginPlaces(maxInFlight);
    this.random = random;
    this.maxInFlight = maxInFlight;
  }

  /** Returns what may be sent of everything. */
  Permission service(long nowMillis) {
    return breakers.service(nowMillis);
  }

  /**
   * Returns how many more dispatches of a tenant may be in flight. A tenant may hold three quarters
   * of what the others do not: so there are places left for the next one, however slow the answers
   * are, and with several that need many, each gets as many as the other.
   */
  int allowance(TenantId tenant, long nowMillis) {
    int held = inFlightOf.getOrDefault(tenant, 0);
    int limit = Math.max(1, (maxInFlight - (inFlight - held)) * 3 / 4);
    int free = Math.max(0, limit - held);
    return switch (breakers.permission(new Breakers.Scope(tenant, ""), nowMillis)) {
      case NOTHING -> 0;
      case ONE_PROBE -> Math.min(1, free);
      case ALL -> free;
    };
  }

  /** Returns the problem to tell operators of; null when there is none. */
  @Nullable String problem(long nowMillis) {
    return breakers.problem(nowMillis);
  }

  /** Returns the tenant whose devices have failed for longest; null when there is none. */
  @Nullable TenantId firstFailing() {
    return breakers.firstFailing();
  }

  /** Returns whether nothing is sent but probes. */
  boolean isStopped(long nowMillis) {
    return breakers.isStopped(nowMillis);
  }

  /** Decides about a dispatch. */
  Decision start(ClaimedDispatch claimed, DeviceAddress address, long nowMillis) {
    String device = claimed.subscriptionId();
    String origin = provider.origin(address);
    var scope = new Breakers.Scope(claimed.tenant(), origin);
    if (!origin.isEmpty() && !places.isFree(origin)) {
      return deferred(claimed, "waits for slow answers of its service", nowMillis, nowMillis);
    }
    if (breakers.service(nowMillis) == Permission.NOTHING
        || breakers.permission(scope, nowMillis) == Permission.NOTHING) {
      return deferred(
          claimed,
          "waits because its service refuses or fails",
          Math.max(nowMillis, breakers.pausedUntilMillis(scope)),
          nowMillis);
    }
    long pausedUntil = devices.tryStart(device, nowMillis);
    if (pausedUntil > nowMillis) {
      return deferred(claimed, "waits because the device failed", pausedUntil, nowMillis);
    }
    places.take(origin);
    inFlight++;
    inFlightOf.merge(claimed.tenant(), 1, Integer::sum);
    return new Admitted(claimed, breakers.start(scope, device, nowMillis));
  }

  private Decision deferred(
      ClaimedDispatch claimed, String reason, long fromMillis, long nowMillis) {
    // spread over as long again as the pause lasts, so that not all come back at its end
    long spread = DEFERRED_MILLIS + (fromMillis - nowMillis);
    long due = fromMillis + DEFERRED_MILLIS / 2 + (long) (spread * random.getAsDouble());
    return new Deferred(
        due < claimed.expiresAtMillis()
            ? new DeliveryResult.Deferred(reason, due, claimed.attempts() - 1)
            : expired(reason));
  }

  /** Records an answer, and returns what it means for the dispatch. */
  DeliveryResult result(
      Admitted admitted, ProviderResponse response, long tookNanos, long nowMillis) {
    ClaimedDispatch claimed = admitted.claimed();
    Breakers.Ticket ticket = admitted.ticket();
    inFlight--;
    inFlightOf.computeIfPresent(claimed.tenant(), (tenant, count) -> count == 1 ? null : count - 1);
    breakers.end(ticket);
    places.giveBack(ticket.scope().origin(), tookNanos);
    // a device that has failed before proves nothing new about the others
    boolean evidence = ticket.ofScope() || devices.failures(claimed.subscriptionId()) == 0;
    if (response instanceof ProviderResponse.Retry retry) {
      if (evidence) {
        breakers.recordFailure(
            ticket, retry.reason(), retry.after(), nowMillis, random.getAsDouble());
      }
      long delay = Backoff.delayMillis(failures(claimed), retry.after(), random.getAsDouble());
      return again(claimed, retry.reason(), nowMillis + delay);
    }
    if (response instanceof ProviderResponse.Misconfigured wrong) {
      String reason = named(wrong.reason(), wrong.setting());
      breakers.recordMisconfiguration(ticket, reason, nowMillis, random.getAsDouble());
      return refused(claimed, reason, nowMillis);
    }
    if (response instanceof ProviderResponse.Mismatched wrong) {
      String reason = named(wrong.reason(), wrong.setting());
      breakers.recordMismatch(ticket, evidence, reason, nowMillis, random.getAsDouble());
      return refused(claimed, reason, nowMillis);
    }
    devices.recordAnswer(claimed.subscriptionId());
    if (response instanceof ProviderResponse.Accepted accepted) {
      breakers.recordAccepted(ticket, nowMillis);
      return new DeliveryResult.Accepted(accepted.serviceId());
    }
    breakers.recordAnswer(ticket);
    return response instanceof ProviderResponse.Unregistered gone
        ? new DeliveryResult.Unregistered(shortened(gone.reason()), gone.sinceMillis())
        : new DeliveryResult.Rejected(shortened(((ProviderResponse.Rejected) response).reason()));
  }

  private static String named(String reason, String setting) {
    return reason + " (" + setting + ")";
  }

  private DeliveryResult refused(ClaimedDispatch claimed, String reason, long nowMillis) {
    long delay = Backoff.afterRefusalMillis(failures(claimed), random.getAsDouble());
    return again(claimed, reason, nowMillis + delay);
  }

  /** Returns how often the dispatch or its device has failed, this time included. */
  private int failures(ClaimedDispatch claimed) {
    return Math.max(claimed.attempts(), devices.failures(claimed.subscriptionId()) + 1);
  }

  private DeliveryResult again(ClaimedDispatch claimed, String reason, long dueMillis) {
    devices.recordFailure(claimed.subscriptionId(), dueMillis);
    return dueMillis < claimed.expiresAtMillis()
        ? new DeliveryResult.Retry(shortened(reason), dueMillis)
        : expired(reason);
  }

  private static DeliveryResult expired(String reason) {
    return new DeliveryResult.Expired(
        shortened("the time to live ends before another attempt: " + reason));
  }

  private static String shortened(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
  }
}
