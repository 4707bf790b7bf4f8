package io.broadcasty.webhook.sending;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.webhook.AttemptResult;
import io.broadcasty.webhook.WebhookAttempt;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEndpoints;
import io.broadcasty.webhook.WebhookOutbox;
import io.broadcasty.webhook.WebhookStoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is due to the endpoints that this node holds. Works in rounds: each stores the
 * answers, takes endpoints that have something due, and starts as much as each endpoint bears. For
 * one thread; the client's threads only add their answers.
 */
final class WebhookSender {

  /** For how long an endpoint is this node's alone; renewed long before. */
  static final Duration LEASE = Duration.ofSeconds(30);

  /** After how long an attempt is given up, the client's own limit having passed. */
  static final Duration ANSWER_TIME = HttpWebhookClient.TIMEOUT.plusSeconds(1);

  private static final System.Logger LOG = System.getLogger(WebhookSender.class.getName());
  private static final int GONE = 410;
  private static final int MAX_LANES = 2000;
  private static final int MAX_IN_FLIGHT = 1024;
  private static final int PAGE = 4 * EndpointLane.MAX_WINDOW;
  private static final int ENOUGH_ANSWERS = 32;
  private static final long GATHERING_MILLIS = 10;
  private static final long IDLE_MILLIS = 500;
  private static final long RENEW_MILLIS = 1000;
  private static final long RELEASE_MILLIS = 2000;

  private final WebhookEndpoints endpoints;
  private final WebhookOutbox outbox;
  private final WebhookClient client;
  private final MessageSigner signer;
  private final String owner;
  private final Ticker ticker;
  private final WallClock clock;
  private final WebhookListener listener;
  private final Runnable onEnoughAnswers;
  private final Map<String, EndpointLane> lanes = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<Landing> landings = new ConcurrentLinkedQueue<>();
  private final AtomicInteger gathered = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> woken = new ConcurrentLinkedQueue<>();
  private final List<Unstored> unstored = new ArrayList<>();
  private int inFlight;
  private long claimedNanos;
  private long renewedNanos;
  private boolean claimRequested = true;

  private record Landing(Flight flight, WebhookClient.Answer answer) {}

  private record Unstored(EndpointLane lane, AttemptResult result, long tookNanos) {}

  /**
   * @param owner unique to one run of this node
   * @param onEnoughAnswers called when so many answers have arrived that another round is due; by
   *     any thread, must be quick
   */
  WebhookSender(
      WebhookEndpoints endpoints,
      WebhookOutbox outbox,
      WebhookClient client,
      MessageSigner signer,
      String owner,
      Ticker ticker,
      WallClock clock,
      WebhookListener listener,
      Runnable onEnoughAnswers) {
    this.endpoints = endpoints;
    this.outbox = outbox;
    this.client = client;
    this.signer = signer;
    this.owner = owner;
    this.ticker = ticker;
    this.clock = clock;
    this.listener = listener;
    this.onEnoughAnswers = onEnoughAnswers;
    this.renewedNanos = ticker.readNanos();
  }

  /** Makes the next round look for messages of an endpoint. May be called by any thread. */
  void wake(String endpointId) {
    woken.add(endpointId);
  }

  /** Returns whether messages are in flight or results are not stored. */
  boolean isBusy() {
    return inFlight > 0 || !unstored.isEmpty() || !landings.isEmpty();
  }

  /**
   * Runs one round.
   *
   * @param starting whether to start more
   * @return after how many milliseconds the next round is due, unless something wakes it earlier
   * @throws WebhookStoreException when the store cannot be reached; results are kept
   */
  long runRound(boolean starting) {
    takeAnswers();
    expireUnanswered();
    store();
    long now = ticker.readNanos();
    if (now - renewedNanos >= TimeUnit.MILLISECONDS.toNanos(RENEW_MILLIS)) {
      renew(now);
    }
    if (starting) {
      releaseIdle(now);
      takeWoken();
      claim(now);
      lanes.values().forEach(this::send);
      store(); // of what could not be sent
    }
    return inFlight > 0 ? GATHERING_MILLIS : IDLE_MILLIS;
  }

  /** Gives all endpoints back; what is in flight is sent again by whoever takes them. */
  void release() {
    if (!lanes.isEmpty()) {
      endpoints.release(owner, List.copyOf(lanes.keySet()));
      lanes.clear();
    }
  }

  private void takeWoken() {
    for (String id = woken.poll(); id != null; id = woken.poll()) {
      EndpointLane lane = lanes.get(id);
      if (lane == null) {
        claimRequested = true;
      } else {
        lane.pollRequested = true;
      }
    }
  }

  private void claim(long nowNanos) {
    int free = MAX_LANES - lanes.size();
    if (free < 1
        || (!claimRequested
            && nowNanos - claimedNanos < TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS))) {
      return;
    }
    claimedNanos = nowNanos;
    for (WebhookEndpoint each : endpoints.claim(owner, LEASE, free)) {
      lanes.putIfAbsent(each.id(), new EndpointLane(each, nowNanos));
    }
    claimRequested = false;
  }

  private void renew(long nowNanos) {
    if (lanes.isEmpty()) {
      renewedNanos = nowNanos;
      return;
    }
    Map<String, WebhookEndpoint> held = new HashMap<>();
    for (WebhookEndpoint each : endpoints.renew(owner, LEASE)) {
      held.put(each.id(), each);
    }
    renewedNanos = nowNanos;
    for (EndpointLane lane : lanes.values()) {
      WebhookEndpoint now = held.get(lane.endpoint().id());
      if (now == null || now.state() != WebhookEndpoint.State.ACTIVE) {
        lane.close(); // deleted, stopped, or another node's
        claimRequested = true;
      } else {
        lane.update(now);
      }
    }
  }

  /** Starts what an endpoint may be sent now. */
  private void send(EndpointLane lane) {
    long now = ticker.readNanos();
    poll(lane, now);
    for (WebhookDelivery next = next(lane, now); next != null; next = next(lane, now)) {
      start(lane, next, now);
    }
    if (!lane.isIdle()) {
      lane.busyNanos = now;
    }
  }

  private @Nullable WebhookDelivery next(EndpointLane lane, long now) {
    // one is always allowed, so that the messages of others never keep an endpoint waiting
    return inFlight < MAX_IN_FLIGHT || lane.inFlight() == 0 ? lane.next(now) : null;
  }

  private void poll(EndpointLane lane, long now) {
    boolean due =
        lane.pollRequested || now - lane.polledNanos >= TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
    if (!due || !lane.wantsMore()) {
      return;
    }
    int size = lane.pageSize(PAGE);
    List<WebhookDelivery> found = outbox.due(lane.endpoint().id(), size);
    lane.pollRequested = found.size() == size;
    lane.polledNanos = now;
    lane.fill(found);
  }

  private void start(EndpointLane lane, WebhookDelivery delivery, long nowNanos) {
    long nowMillis = clock.nowMillis();
    CompletableFuture<WebhookClient.Answer> answer;
    try {
      answer =
          client.post(
              lane.endpoint().options().url(),
              lane.signing(signer).headers(delivery.messageId(), nowMillis, delivery.body()),
              delivery.body());
    } catch (MessageSigner.UnsignableException e) {
      answer =
          CompletableFuture.completedFuture(
              WebhookClient.Answer.none(String.valueOf(e.getMessage())));
    }
    Flight flight = new Flight(lane, delivery, nowNanos, nowMillis, answer);
    lane.started(flight);
    inFlight++;
    var unused =
        answer.whenComplete(
            (got, cancelled) -> {
              if (got != null) {
                land(flight, got);
              }
            });
  }

  private void land(Flight flight, WebhookClient.Answer answer) {
    landings.add(new Landing(flight, answer));
    if (gathered.incrementAndGet() == ENOUGH_ANSWERS) {
      onEnoughAnswers.run();
    }
  }

  private void takeAnswers() {
    gathered.set(0);
    for (Landing each = landings.poll(); each != null; each = landings.poll()) {
      finish(each.flight(), each.answer());
    }
  }

  private void expireUnanswered() {
    long now = ticker.readNanos();
    List<Flight> late = new ArrayList<>();
    for (EndpointLane lane : lanes.values()) {
      for (Flight each : lane.flights()) {
        if (now - each.startedNanos() >= ANSWER_TIME.toNanos()) {
          late.add(each);
        }
      }
    }
    for (Flight each : late) {
      finish(
          each,
          WebhookClient.Answer.none(
              "no answer within " + HttpWebhookClient.TIMEOUT.toSeconds() + " s"));
      each.abandon();
    }
  }

  private void finish(Flight flight, WebhookClient.Answer answer) {
    EndpointLane lane = flight.lane();
    if (!lane.landed(flight, answer.isSuccess())) {
      return; // it was given up before
    }
    inFlight--;
    long took = ticker.readNanos() - flight.startedNanos();
    WebhookDelivery delivery = flight.delivery();
    int attempt = delivery.attempts() + 1;
    Duration delay = RetrySchedule.after(attempt, answer.retryAfter());
    WebhookDelivery.State state =
        answer.isSuccess()
            ? WebhookDelivery.State.DELIVERED
            : delay == null ? WebhookDelivery.State.DEAD : WebhookDelivery.State.WAITING;
    long next = delay == null ? 0 : clock.nowMillis() + delay.toMillis();
    unstored.add(
        new Unstored(
            lane,
            new AttemptResult(
                delivery,
                new WebhookAttempt(
                    attempt,
                    flight.startedMillis(),
                    TimeUnit.NANOSECONDS.toMillis(took),
                    answer.status(),
                    reason(answer),
                    answer.text()),
                state,
                next),
            took));
  }

  private static @Nullable String reason(WebhookClient.Answer answer) {
    if (answer.isSuccess()) {
      return null;
    }
    return answer.failure() == null ? "the endpoint answered " + answer.status() : answer.failure();
  }

  private void store() {
    if (unstored.isEmpty()) {
      return;
    }
    outbox.record(unstored.stream().map(Unstored::result).toList());
    Map<EndpointLane, List<AttemptResult>> byLane = new LinkedHashMap<>();
    for (Unstored each : unstored) {
      each.lane().stored(each.result().delivery().number());
      byLane.computeIfAbsent(each.lane(), lane -> new ArrayList<>()).add(each.result());
      listener.onAttempt(each.result().state(), each.tookNanos());
    }
    unstored.clear();
    byLane.forEach(this::judge);
  }

  /** Stores whether an endpoint fails, and disables it when it has for too long. */
  private void judge(EndpointLane lane, List<AttemptResult> results) {
    WebhookEndpoint endpoint = lane.endpoint();
    boolean succeeded =
        results.stream().anyMatch(each -> each.state() == WebhookDelivery.State.DELIVERED);
    boolean gone = results.stream().anyMatch(each -> each.attempt().status() == GONE);
    long since = endpoint.failingSinceMillis();
    long now = clock.nowMillis();
    if (gone) {
      disable(lane, "the endpoint answered that it is gone (410)");
    } else if (succeeded) {
      if (since != 0) {
        setFailing(lane, 0);
      }
    } else if (since == 0) {
      setFailing(lane, now);
    } else if (now - since >= RetrySchedule.PATIENCE.toMillis()) {
      disable(lane, "all attempts of " + RetrySchedule.PATIENCE.toDays() + " days have failed");
    }
  }

  private void setFailing(EndpointLane lane, long sinceMillis) {
    endpoints.setFailing(lane.endpoint().id(), sinceMillis);
    lane.update(lane.endpoint().failingSince(sinceMillis));
  }

  private void disable(EndpointLane lane, String reason) {
    lane.close();
    if (endpoints.disable(lane.endpoint().id())) {
      LOG.log(Level.WARNING, "The webhook endpoint {0} is disabled: {1}", lane.endpoint(), reason);
      listener.onDisabled(lane.endpoint(), reason);
    }
  }

  private void releaseIdle(long nowNanos) {
    Set<String> idle = new HashSet<>();
    for (Iterator<EndpointLane> each = lanes.values().iterator(); each.hasNext(); ) {
      EndpointLane lane = each.next();
      boolean over =
          lane.isClosed()
              || nowNanos - lane.busyNanos >= TimeUnit.MILLISECONDS.toNanos(RELEASE_MILLIS);
      if (over && lane.isIdle()) {
        each.remove();
        idle.add(lane.endpoint().id());
      }
    }
    if (!idle.isEmpty()) {
      endpoints.release(owner, idle);
    }
  }
}
