package io.broadcasty.push.sending;

import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.background.RedactedThrowable;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import io.broadcasty.push.queue.FollowedTopic;
import io.broadcasty.push.queue.PushQueue;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the queue's dispatches for one push service.
 *
 * <p>Works in rounds: each writes the answers back together, then claims as many dispatches as may
 * be in flight. For one thread; the provider's threads only add their answers.
 */
final class PushSender {

  /**
   * The time after its timeout in which a provider may still answer; afterwards the dispatch is
   * tried again.
   */
  static final Duration GRACE = Duration.ofSeconds(3);

  /**
   * The time reserved for writing a result back. Only after it does another node try what this one
   * claimed and did not acknowledge.
   */
  static final Duration ACKNOWLEDGE_TIME = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger(PushSender.class.getName());

  private final FailureLog failures;

  /** The interval in which answers are gathered, so that many are written back at once. */
  static final long GATHERING_MILLIS = 20;

  /** The interval between polls of the queue when nothing is known to wait there. */
  private static final long IDLE_MILLIS = 500;

  /** Claims begin when this fraction (1/16) of the places is free, not with single dispatches. */
  private static final int CLAIM_FRACTION = 16;

  /** Answers to this fraction (1/8) of the places are written back early. */
  private static final int BATCH_FRACTION = 8;

  private final PushProvider provider;
  private final PushQueue queue;
  private final FollowerPolicy followers;
  private final String owner;
  private final Duration responseTimeout;
  private final Duration lease;
  private final PushClocks time;
  private final PushListener listener;
  private final Runnable onEnoughResponses;
  private final int enoughResponses;
  private final int maxInFlight;
  private final Admission admission;
  private final ConcurrentLinkedQueue<Response> responses = new ConcurrentLinkedQueue<>();
  private final AtomicInteger gathered = new AtomicInteger();
  private final Map<Long, InFlight> inFlight = new HashMap<>();
  private final List<AcknowledgedDispatch> unacknowledged = new ArrayList<>();
  private @Nullable String loggedProblem;
  private volatile PushServiceHealth health;
  private volatile boolean pollRequested = true;
  private long lastPollNanos;

  /** Whether some tenant may have more due than it was allowed: then each answer lets it go on. */
  private boolean withheld;

  /** A dispatch in flight. */
  private record InFlight(Admission.Admitted admitted, long sinceNanos) {

    ClaimedDispatch claimed() {
      return admitted.claimed();
    }
  }

  /** The answer to a dispatch in flight; exactly one of outcome and failure is set. */
  private record Response(
      InFlight flight, @Nullable ProviderResponse outcome, @Nullable Throwable failure) {}

  /**
   * Creates a sender; {@link #runRound} does its work.
   *
   * @param owner unique to one run of this node
   * @param random from 0 to 1
   * @param answered called when enough answers have arrived for another round to be due early; by
   *     any thread, must be quick
   */
  PushSender(
      PushProvider provider,
      PushQueue queue,
      FollowerPolicy followers,
      String owner,
      int maxInFlight,
      PushClocks time,
      DoubleSupplier random,
      PushListener listener,
      Runnable answered) {
    this.provider = provider;
    this.failures =
        new FailureLog(
            LOG, Level.WARNING, "Push through " + provider.service().name(), time.ticker());
    this.queue = queue;
    this.followers = followers;
    this.owner = owner;
    this.responseTimeout = provider.timeout().plus(GRACE);
    this.lease = responseTimeout.plus(ACKNOWLEDGE_TIME);
    this.time = time;
    this.listener = listener;
    this.onEnoughResponses = answered;
    this.enoughResponses = Math.max(1, maxInFlight / BATCH_FRACTION);
    this.health = new PushServiceHealth(provider.service(), null, true);
    this.maxInFlight = maxInFlight;
    this.admission = new Admission(provider, maxInFlight, random);
  }

  /** Returns the health of the service. May be called by any thread. */
  PushServiceHealth health() {
    return health;
  }

  /** Makes the next round poll the queue. May be called by any thread. */
  void pollQueue() {
    pollRequested = true;
  }

  /** Returns whether dispatches are in flight or results are not written back yet. */
  boolean isBusy() {
    return !inFlight.isEmpty() || !unacknowledged.isEmpty() || !responses.isEmpty();
  }

  /**
   * Runs one round.
   *
   * @param claiming whether to claim more dispatches
   * @return after how many milliseconds the next round is due, unless something wakes it earlier
   * @throws PushStoreException when the queue cannot be reached; results to be written back are
   *     kept
   */
  long runRound(boolean claiming) {
    processResponses();
    expireUnanswered();
    acknowledge();
    long now = time.clock().nowMillis();
    int free = claiming ? freePlaces(now) : 0;
    if (free < 1 || !isPollDue()) {
      return nextDelayMillis();
    }
    List<ClaimedDispatch> claimed = claim(free, now);
    for (ClaimedDispatch each : claimed) {
      send(each, now);
    }
    acknowledge();
    if (claimed.isEmpty()) {
      return nextDelayMillis();
    }
    pollQueue(); // another node may have locked some
    return claimed.size() == free ? 0 : nextDelayMillis();
  }

  /** Returns how many dispatches may be claimed now; 0 as well when too few for a statement. */
  private int freePlaces(long nowMillis) {
    return switch (admission.service(nowMillis)) {
      case NOTHING -> 0;
      case ONE_PROBE -> 1;
      case ALL -> {
        int free = maxInFlight - inFlight.size();
        // not all at once, so that a tenant whose turn comes later finds some as well
        yield free < maxInFlight / CLAIM_FRACTION ? 0 : Math.max(1, free * 3 / 4);
      }
    };
  }

  private boolean isPollDue() {
    return pollRequested
        || time.ticker().readNanos() - lastPollNanos >= TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
  }

  private int allowance(TenantId tenant, int free, long nowMillis) {
    int allowed = admission.allowance(tenant, nowMillis);
    withheld |= allowed < free;
    return allowed;
  }

  private List<ClaimedDispatch> claim(int free, long nowMillis) {
    pollRequested = false;
    withheld = false;
    lastPollNanos = time.ticker().readNanos();
    try {
      return queue.claim(
          provider.service(), owner, free, lease, tenant -> allowance(tenant, free, nowMillis));
    } catch (PushStoreException e) {
      pollQueue();
      throw e;
    }
  }

  /**
   * Returns the delay until the next round; a paused service is checked as often as an empty queue.
   */
  private long nextDelayMillis() {
    return inFlight.isEmpty() ? IDLE_MILLIS : GATHERING_MILLIS;
  }

  private void send(ClaimedDispatch claimed, long nowMillis) {
    DeviceAddress device = claimed.device();
    if (device == null) {
      acknowledge(
          claimed,
          new DeliveryResult.Unregistered("the subscription was removed", Long.MIN_VALUE),
          0);
      return;
    }
    if (nowMillis >= claimed.expiresAtMillis()) {
      acknowledge(
          claimed, new DeliveryResult.Expired("its time to live ended before it could be sent"), 0);
      return;
    }
    String refusal = refusal(claimed);
    if (refusal != null) {
      acknowledge(claimed, new DeliveryResult.Rejected(refusal), 0);
      return;
    }
    Admission.Decision decision = admission.start(claimed, device, nowMillis);
    if (decision instanceof Admission.Deferred deferred) {
      acknowledge(claimed, deferred.result(), 0);
      return;
    }
    InFlight flight = new InFlight((Admission.Admitted) decision, time.ticker().readNanos());
    inFlight.put(claimed.number(), flight);
    try {
      var unused =
          provider
              .send(
                  new Dispatch(
                      claimed.dispatchId(),
                      device,
                      claimed.notification(),
                      Math.max(0, claimed.ttlEndsAtMillis() - nowMillis)))
              .whenComplete(
                  (outcome, failure) -> addResponse(new Response(flight, outcome, failure)));
    } catch (RuntimeException e) {
      addResponse(new Response(flight, null, e));
    }
  }

  /**
   * Returns why a follower must not get the notification: it may have lost the topic while that
   * waited. Null when it may get it.
   */
  private @Nullable String refusal(ClaimedDispatch claimed) {
    FollowedTopic topic = claimed.topic();
    if (topic == null) {
      return null;
    }
    return topic.followed()
        ? followers.refusal(claimed.tenant(), topic.topic(), topic.confirmation())
        : "the device does not follow `" + topic.topic() + "` any more";
  }

  private void addResponse(Response answer) {
    responses.add(answer);
    if (gathered.incrementAndGet() == enoughResponses) {
      onEnoughResponses.run();
    }
  }

  private void processResponses() {
    gathered.set(0);
    for (Response answer = responses.poll(); answer != null; answer = responses.poll()) {
      InFlight flight = answer.flight();
      // an answer that comes too late is ignored, since the dispatch was given up
      if (inFlight.remove(flight.claimed().number(), flight)) {
        finish(flight, outcome(answer), time.ticker().readNanos());
      }
    }
    logProblemChange();
  }

  private void expireUnanswered() {
    long now = time.ticker().readNanos();
    for (Iterator<InFlight> each = inFlight.values().iterator(); each.hasNext(); ) {
      InFlight flight = each.next();
      if (now - flight.sinceNanos() >= responseTimeout.toNanos()) {
        each.remove();
        finish(flight, new ProviderResponse.Retry("the service did not answer", null), now);
      }
    }
  }

  private void finish(InFlight flight, ProviderResponse outcome, long nowNanos) {
    if (withheld) {
      pollQueue();
    }
    long took = nowNanos - flight.sinceNanos();
    acknowledge(
        flight.claimed(),
        admission.result(flight.admitted(), outcome, took, time.clock().nowMillis()),
        took);
  }

  /**
   * Returns the outcome of an answer; an exception of the provider counts as a temporary failure.
   */
  private ProviderResponse outcome(Response answer) {
    ProviderResponse outcome = answer.outcome();
    Throwable failure = answer.failure();
    if (failure != null || outcome == null) {
      outcome = new ProviderResponse.Retry("it could not be sent", null, failure);
    }
    if (outcome instanceof ProviderResponse.Retry retry && retry.cause() != null) {
      failures.recordFailure(
          RedactedThrowable.of(retry.cause())); // without messages: one may quote an address
    }
    return outcome;
  }

  private void acknowledge(ClaimedDispatch claimed, DeliveryResult result, long tookNanos) {
    unacknowledged.add(new AcknowledgedDispatch(claimed, result, tookNanos));
  }

  private void acknowledge() {
    if (unacknowledged.isEmpty()) {
      return;
    }
    queue.acknowledge(owner, unacknowledged);
    for (AcknowledgedDispatch each : unacknowledged) {
      if (!(each.result() instanceof DeliveryResult.Deferred)) {
        listener.onDispatchResult(
            provider.service(),
            each.result().state(),
            each.claimed().dispatchId(),
            each.durationNanos());
      }
    }
    unacknowledged.clear();
  }

  /** Logs once what is wrong, and once that it is over. */
  private void logProblemChange() {
    long nowMillis = time.clock().nowMillis();
    String now = admission.problem(nowMillis);
    boolean sending = !admission.isStopped(nowMillis);
    health = new PushServiceHealth(provider.service(), now, sending);
    if (Objects.equals(now, loggedProblem)) {
      return;
    }
    loggedProblem = now;
    TenantId tenant = admission.firstFailing();
    String service = provider.service().name();
    if (now == null) {
      LOG.log(Level.INFO, "Push through " + service + " works again");
    } else {
      LOG.log(
          Level.WARNING,
          "Push through "
              + service
              + (sending ? " is refused or fails " : " is paused: ")
              + now
              + (tenant == null ? "" : ", first for tenant " + tenant.value())
              + "; queued notifications are tried again until they expire");
    }
  }
}
