package io.broadcasty.push;

import io.broadcasty.background.FailureLog;
import io.broadcasty.background.StackOnly;
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
final class Sender {

  /**
   * How long after its timeout a provider may still answer; afterwards the dispatch is tried again.
   */
  static final Duration GRACE = Duration.ofSeconds(3);

  /**
   * The time reserved for writing a result back. Only after it does another node try what this one
   * claimed and did not acknowledge.
   */
  static final Duration SETTLING = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger(Sender.class.getName());

  private final FailureLog failures;

  /** How long answers are gathered, so that many are written back at once. */
  static final long GATHERING_MILLIS = 20;

  /** How often the queue is polled when nothing is known to wait there. */
  private static final long IDLE_MILLIS = 500;

  /**
   * Claims and acknowledgements cover at least this fraction (1/8) of the in-flight limit at a
   * time, instead of single dispatches.
   */
  private static final int SHARES = 8;

  private static final int MAX_REASON = 500;

  private final PushProvider provider;
  private final PushQueue queue;
  private final String owner;
  private final Duration patience;
  private final Duration lease;
  private final PushTime time;
  private final DoubleSupplier random;
  private final PushListener listener;
  private final Runnable answered;
  private final int enough;
  private final Pace pace;
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger gathered = new AtomicInteger();
  private final Map<Long, Flight> flights = new HashMap<>();
  private final List<Settled> unsettled = new ArrayList<>();
  private @Nullable String reported;
  private volatile @Nullable String trouble;
  private volatile boolean looking = true;
  private long lookedNanos;

  /** A dispatch in flight. */
  private record Flight(Claimed claimed, long sinceNanos) {}

  /** The answer to a dispatch in flight; exactly one of outcome and failure is set. */
  private record Answer(
      Flight flight, @Nullable PushOutcome outcome, @Nullable Throwable failure) {}

  /**
   * Creates a sender; {@link #round} does its work.
   *
   * @param owner unique to one run of this node
   * @param random from 0 to 1
   * @param answered called when enough answers have arrived for another round to be due early; by
   *     any thread, must be quick
   */
  Sender(
      PushProvider provider,
      PushQueue queue,
      String owner,
      int maxInFlight,
      PushTime time,
      DoubleSupplier random,
      PushListener listener,
      Runnable answered) {
    this.provider = provider;
    this.failures =
        new FailureLog(
            LOG, Level.WARNING, "Push through " + provider.service().word(), time.ticker());
    this.queue = queue;
    this.owner = owner;
    this.patience = provider.timeout().plus(GRACE);
    this.lease = patience.plus(SETTLING);
    this.time = time;
    this.random = random;
    this.listener = listener;
    this.answered = answered;
    this.enough = Math.max(1, maxInFlight / SHARES);
    this.pace = new Pace(maxInFlight);
  }

  /** Returns the health of the service. May be called by any thread. */
  PushCondition condition() {
    return new PushCondition(provider.service(), trouble);
  }

  /** Makes the next round poll the queue. May be called by any thread. */
  void look() {
    looking = true;
  }

  /** Returns whether dispatches are in flight or results are not written back yet. */
  boolean isBusy() {
    return !flights.isEmpty() || !unsettled.isEmpty() || !answers.isEmpty();
  }

  /**
   * Runs one round.
   *
   * @param claiming whether to claim more dispatches
   * @return after how many milliseconds the next round is due, unless something wakes it earlier
   * @throws PushStoreException when the queue cannot be reached; results to be written back are
   *     kept
   */
  long round(boolean claiming) {
    takeAnswers();
    giveUpOnTheSilent();
    settle();
    long now = time.clock().nowMillis();
    int limit = claiming ? pace.limit(now) : 0;
    int free = limit - flights.size();
    if (free < 1 || free < limit / SHARES || !isToLook()) {
      return untilNext();
    }
    List<Claimed> claimed = claim(free);
    for (Claimed each : claimed) {
      launch(each, now);
    }
    settle();
    if (claimed.isEmpty()) {
      return untilNext();
    }
    look(); // another node may have locked some
    return claimed.size() == free ? 0 : untilNext();
  }

  private boolean isToLook() {
    return looking
        || time.ticker().readNanos() - lookedNanos >= TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
  }

  private List<Claimed> claim(int free) {
    looking = false;
    lookedNanos = time.ticker().readNanos();
    try {
      return queue.claim(provider.service(), owner, free, lease);
    } catch (PushStoreException e) {
      look();
      throw e;
    }
  }

  /**
   * Returns the delay until the next round; a paused service is checked as often as an empty queue.
   */
  private long untilNext() {
    return flights.isEmpty() ? IDLE_MILLIS : GATHERING_MILLIS;
  }

  private void launch(Claimed claimed, long nowMillis) {
    DeviceAddress device = claimed.device();
    if (device == null) {
      settle(
          claimed, new Settlement.Unregistered("the subscription was removed", Long.MIN_VALUE), 0);
      return;
    }
    if (nowMillis >= claimed.expiresAtMillis()) {
      settle(claimed, new Settlement.Expired("its time to live ended before it could be sent"), 0);
      return;
    }
    Flight flight = new Flight(claimed, time.ticker().readNanos());
    flights.put(claimed.number(), flight);
    try {
      var unused =
          provider
              .send(
                  new Dispatch(
                      claimed.dispatchId(),
                      device,
                      claimed.notification(),
                      Math.max(0, claimed.ttlEndsAtMillis() - nowMillis)))
              .whenComplete((outcome, failure) -> answer(new Answer(flight, outcome, failure)));
    } catch (RuntimeException e) {
      answer(new Answer(flight, null, e));
    }
  }

  private void answer(Answer answer) {
    answers.add(answer);
    if (gathered.incrementAndGet() == enough) {
      answered.run();
    }
  }

  private void takeAnswers() {
    gathered.set(0);
    for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
      Flight flight = answer.flight();
      // an answer that comes too late is ignored, since the dispatch was given up
      if (flights.remove(flight.claimed().number(), flight)) {
        settle(
            flight.claimed(),
            settlement(flight.claimed(), outcome(answer)),
            time.ticker().readNanos() - flight.sinceNanos());
      }
    }
    report();
  }

  private void giveUpOnTheSilent() {
    long now = time.ticker().readNanos();
    for (Iterator<Flight> each = flights.values().iterator(); each.hasNext(); ) {
      Flight flight = each.next();
      if (now - flight.sinceNanos() >= patience.toNanos()) {
        each.remove();
        settle(
            flight.claimed(),
            settlement(flight.claimed(), new PushOutcome.Retry("the service did not answer", null)),
            now - flight.sinceNanos());
      }
    }
  }

  /**
   * Returns the outcome of an answer; an exception of the provider counts as a temporary failure.
   */
  private PushOutcome outcome(Answer answer) {
    PushOutcome outcome = answer.outcome();
    Throwable failure = answer.failure();
    if (failure != null || outcome == null) {
      outcome = new PushOutcome.Retry("it could not be sent", null, failure);
    }
    if (outcome instanceof PushOutcome.Retry retry && retry.cause() != null) {
      failures.failed(StackOnly.of(retry.cause())); // without messages: one may quote an address
    }
    return outcome;
  }

  private Settlement settlement(Claimed claimed, PushOutcome outcome) {
    long now = time.clock().nowMillis();
    if (outcome instanceof PushOutcome.Retry retry) {
      pace.refused(retry.reason(), retry.after(), now, random.getAsDouble());
      long due = now + Backoff.millis(claimed.attempts(), retry.after(), random.getAsDouble());
      return again(claimed, retry.reason(), due);
    }
    if (outcome instanceof PushOutcome.Misconfigured misconfigured) {
      String reason = misconfigured.reason() + " (" + misconfigured.setting() + ")";
      pace.misconfigured(reason, now);
      return again(claimed, reason, pace.pausedUntilMillis());
    }
    pace.served();
    if (outcome instanceof PushOutcome.Accepted accepted) {
      return new Settlement.Accepted(accepted.serviceId());
    }
    if (outcome instanceof PushOutcome.Unregistered gone) {
      return new Settlement.Unregistered(shortened(gone.reason()), gone.sinceMillis());
    }
    return new Settlement.Rejected(shortened(((PushOutcome.Rejected) outcome).reason()));
  }

  private static Settlement again(Claimed claimed, String reason, long dueMillis) {
    return dueMillis < claimed.expiresAtMillis()
        ? new Settlement.Again(shortened(reason), dueMillis)
        : new Settlement.Expired(
            shortened("the time to live ends before another attempt: " + reason));
  }

  private void settle(Claimed claimed, Settlement result, long tookNanos) {
    unsettled.add(new Settled(claimed, result, tookNanos));
  }

  private void settle() {
    if (unsettled.isEmpty()) {
      return;
    }
    queue.settle(owner, unsettled);
    for (Settled each : unsettled) {
      listener.onSettled(
          provider.service(),
          each.settlement().state(),
          each.claimed().dispatchId(),
          each.tookNanos());
    }
    unsettled.clear();
  }

  /** Logs once that the service is paused and why, and once that it works again. */
  private void report() {
    String now = pace.trouble();
    trouble = now;
    if (Objects.equals(now, reported)) {
      return;
    }
    reported = now;
    String service = provider.service().word();
    if (now == null) {
      LOG.log(Level.INFO, "Push through " + service + " works again");
    } else {
      LOG.log(
          Level.WARNING,
          "Push through "
              + service
              + " is paused: "
              + now
              + "; queued notifications are tried again until they expire");
    }
  }

  private static String shortened(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON - 1) + "…";
  }
}
