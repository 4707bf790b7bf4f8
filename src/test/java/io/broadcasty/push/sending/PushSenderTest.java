package io.broadcasty.push.sending;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.register;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.send;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.EnqueueOutcome;
import io.broadcasty.push.queue.FailedDispatches;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.queue.SendStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PushSenderTest {

  /** One tenant may hold three quarters of them: 50. */
  private static final int PLACES = 67;

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4));
  private final PushSubscriptionStore subscriptions = new JdbcPushSubscriptionStore(database);
  private final Queue queue = new Queue(new JdbcPushQueue(database, time));
  private final FakeProvider provider = FakeProvider.accepting(SamplePushServices.FCM);
  private final List<DispatchState> dispatchResults = new ArrayList<>();
  private int wakes;
  private final PushSender sender = sender(provider, "node", PLACES);

  private PushSender sender(FakeProvider to, String owner, int maxInFlight) {
    return new PushSender(
        to,
        queue,
        followers(time),
        owner,
        maxInFlight,
        new PushClocks(time, time),
        () -> 0.5,
        (service, state, id, nanos) -> dispatchResults.add(state),
        () -> wakes++);
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** A queue that can be made unavailable. */
  private static final class Queue implements PushQueue {
    private final PushQueue real;
    private boolean unavailable;
    private int claims;

    Queue(PushQueue real) {
      this.real = real;
    }

    private void check() {
      if (unavailable) {
        throw new PushStoreException("away", new IllegalStateException());
      }
    }

    @Override
    public EnqueueOutcome enqueue(Send send, Collection<Recipient> recipients, long quota) {
      return real.enqueue(send, recipients, quota);
    }

    @Override
    public EnqueueOutcome.@Nullable Queued find(TenantId tenant, String id) {
      return real.find(tenant, id);
    }

    @Override
    public long usedToday(TenantId tenant) {
      return real.usedToday(tenant);
    }

    @Override
    public Map<PushService, Integer> backlogOf(
        TenantId tenant, Collection<PushService> services, int most) {
      return real.backlogOf(tenant, services, most);
    }

    @Override
    public FailedDispatches failed(
        TenantId tenant, FailedDispatches.@Nullable Cursor after, int limit) {
      return real.failed(tenant, after, limit);
    }

    @Override
    public List<ClaimedDispatch> claim(
        PushService service,
        String owner,
        int max,
        Duration lease,
        ToIntFunction<TenantId> allowance) {
      check();
      claims++;
      return real.claim(service, owner, max, lease, allowance);
    }

    @Override
    public void acknowledge(String owner, List<AcknowledgedDispatch> settled) {
      check();
      real.acknowledge(owner, settled);
    }

    @Override
    public @Nullable SendStatus status(TenantId tenant, String id, long after, int limit) {
      return real.status(tenant, id, after, limit);
    }

    @Override
    public Map<PushService, Integer> backlog(Collection<PushService> services, int most) {
      return real.backlog(services, most);
    }

    @Override
    public void cleanUp(long forgetBeforeMillis) {
      real.cleanUp(forgetBeforeMillis);
    }
  }

  private void enqueue(String id, int devices) {
    List<Recipient> recipients = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      recipients.add(recipient(register(subscriptions, "u" + i, "t" + i, time)));
    }
    queue.enqueue(send(ACME, id, time), recipients, 0);
    sender.pollQueue();
  }

  private Map<DispatchState, Integer> counts(String id) {
    return Objects.requireNonNull(queue.status(ACME, id, 0, 1000)).counts();
  }

  private SendStatus.Device only(String id) {
    List<SendStatus.Device> page = Objects.requireNonNull(queue.status(ACME, id, 0, 1000)).page();
    assertEquals(1, page.size());
    return page.get(0);
  }

  /** Runs rounds until nothing changes. */
  private void run(PushSender each) {
    for (int i = 0; i < 20; i++) {
      each.runRound(true);
    }
  }

  @Test
  void sendsQueuedDispatchesAndRecordsResults() {
    enqueue("s", 120);
    run(sender);
    assertEquals(Map.of(DispatchState.ACCEPTED, 120), counts("s"));
    assertEquals(120, provider.sent.stream().map(Dispatch::id).distinct().count());
    assertEquals(Duration.ofHours(1).toMillis(), provider.sent.get(0).remainingMillis());
    assertFalse(sender.isBusy());
    assertEquals(120, dispatchResults.size());
  }

  @Test
  void limitsDispatchesInFlight() {
    List<CompletableFuture<ProviderResponse>> open = new ArrayList<>();
    provider.follow(
        dispatch -> {
          CompletableFuture<ProviderResponse> future = new CompletableFuture<>();
          open.add(future);
          return future;
        });
    enqueue("s", 120);
    run(sender);
    assertEquals(50, provider.sent.size());
    open.forEach(each -> each.complete(new ProviderResponse.Accepted(null)));
    run(sender);
    assertEquals(100, provider.sent.size());
    assertTrue(sender.isBusy());
  }

  @Test
  void retriesABusyServiceWithTheSameDispatchId() {
    provider.answer(new ProviderResponse.Retry("429", Duration.ofSeconds(40)));
    enqueue("s", 1);
    run(sender);
    assertEquals(DispatchState.RETRYING, only("s").state());
    assertEquals("429", only("s").reason());
    provider.answer(new ProviderResponse.Accepted("id"));
    time.advance(Duration.ofSeconds(40));
    run(sender);
    assertEquals(1, provider.sent.size(), "a tenth more is the jitter's");
    time.advance(Duration.ofSeconds(4));
    run(sender);
    assertEquals(DispatchState.ACCEPTED, only("s").state());
    assertEquals(2, only("s").attempts());
    assertEquals(provider.sent.get(0).id(), provider.sent.get(1).id());
    assertEquals(
        Duration.ofHours(1).minusSeconds(44).toMillis(), provider.sent.get(1).remainingMillis());
  }

  @Test
  void triesUntilTheTimeToLiveEnds() {
    provider.answer(new ProviderResponse.Retry("503", null));
    enqueue("s", 1);
    for (int minutes = 0; minutes < 70; minutes++) {
      run(sender);
      time.advance(Duration.ofMinutes(1));
    }
    assertEquals(DispatchState.EXPIRED, only("s").state());
    assertTrue(String.valueOf(only("s").reason()).contains("503"), only("s").reason());
    int tried = provider.sent.size();
    assertTrue(tried > 10 && tried < 30, "tried " + tried);
  }

  @Test
  void doesNotSendExpiredDispatches() {
    enqueue("s", 1);
    time.advance(Duration.ofHours(1));
    run(sender);
    assertEquals(DispatchState.EXPIRED, only("s").state());
    assertEquals(List.of(), provider.sent);
  }

  @Test
  void acceptedAndRejectedAreFinal() {
    provider.answer(new ProviderResponse.Rejected("x".repeat(600)));
    enqueue("s", 1);
    run(sender);
    time.advance(Duration.ofMinutes(10));
    run(sender);
    assertEquals(1, provider.sent.size());
    assertEquals(DispatchState.REJECTED, only("s").state());
    assertEquals(500, String.valueOf(only("s").reason()).length());
  }

  @Test
  void removesAnUnregisteredDevice() {
    provider.answer(new ProviderResponse.Unregistered("410", Long.MAX_VALUE));
    enqueue("s", 1);
    run(sender);
    assertEquals(DispatchState.UNREGISTERED, only("s").state());
    assertEquals(List.of(), subscriptions.findByUser(ACME, "u0"));
    enqueue("other", 1);
    subscriptions.remove(ACME, subscriptions.findByUser(ACME, "u0").get(0).id(), null);
    run(sender);
    assertEquals("the subscription was removed", only("other").reason());
    assertEquals(1, provider.sent.size());
  }

  @Test
  void pausesAFailingServiceOnly() {
    provider.answer(new ProviderResponse.Retry("503", null));
    enqueue("s", 200);
    FakeProvider other = FakeProvider.accepting(SamplePushServices.WEB_PUSH);
    PushSender others = sender(other, "node", PLACES);
    PushSubscription web =
        save(subscriptions, ACME, "w", PushFixtures.web("w"), null, List.of(), time.nowMillis());
    queue.enqueue(send(ACME, "web", time), List.of(recipient(web)), 0);
    run(sender);
    run(others);
    assertEquals(51, provider.sent.size(), "those that were under way together, and a probe");
    assertEquals("503", sender.health().problem());
    assertNull(others.health().problem());
    assertEquals(Map.of(DispatchState.ACCEPTED, 1), counts("web"));
    time.advance(Duration.ofSeconds(1));
    sender.runRound(true);
    sender.runRound(true);
    assertEquals(52, provider.sent.size(), "one tries whether it is back");
    provider.answer(new ProviderResponse.Accepted(null));
    for (int i = 0; i < 20; i++) {
      time.advance(Duration.ofSeconds(1));
      run(sender);
    }
    assertEquals(Map.of(DispatchState.ACCEPTED, 200), counts("s"));
    assertNull(sender.health().problem());
  }

  @Test
  void logsAMisconfigurationOnceAndKeepsTheQueue() {
    provider.answer(
        new ProviderResponse.Misconfigured("401 refused", "broadcasty.push.fcm.service-account"));
    enqueue("s", 120);
    try (LogCapture log = new LogCapture(PushSender.class)) {
      for (int i = 0; i < 10; i++) {
        run(sender);
        time.advance(Duration.ofMinutes(1));
      }
      assertEquals(
          1, log.text().split("broadcasty.push.fcm.service-account", -1).length - 1, log.text());
    }
    assertEquals("401 refused (broadcasty.push.fcm.service-account)", sender.health().problem());
    assertEquals(List.of(), subscriptions.findByUser(ACME, "nobody"));
    assertEquals(1, subscriptions.findByUser(ACME, "u0").size());
    provider.answer(new ProviderResponse.Accepted(null));
    for (int i = 0; i < 10; i++) {
      time.advance(Duration.ofMinutes(1));
      run(sender);
    }
    assertEquals(Map.of(DispatchState.ACCEPTED, 120), counts("s"));
  }

  @Test
  void aWrongSettingRemovesNoDeviceAndIsToldOnce() {
    ProviderResponse wrong =
        new ProviderResponse.Mismatched("403 SENDER_ID_MISMATCH", "broadcasty.push.fcm.project");
    provider.answer(wrong);
    enqueue("s", 60);
    try (LogCapture log = new LogCapture(PushSender.class)) {
      for (int i = 0; i < 10; i++) {
        run(sender);
        time.advance(Duration.ofMinutes(1));
      }
      assertEquals(1, log.text().split("broadcasty.push.fcm.project", -1).length - 1, log.text());
    }
    assertEquals("403 SENDER_ID_MISMATCH (broadcasty.push.fcm.project)", sender.health().problem());
    assertTrue(provider.sent.size() < 60 + 10 * 10, "one probe at a time: " + provider.sent.size());
    for (int i = 0; i < 60; i++) {
      assertEquals(1, subscriptions.findByUser(ACME, "u" + i).size());
    }
    provider.answer(new ProviderResponse.Accepted(null));
    for (int i = 0; i < 40; i++) {
      time.advance(Duration.ofMinutes(1));
      run(sender);
    }
    assertEquals(Map.of(DispatchState.ACCEPTED, 60), counts("s"));
    assertNull(sender.health().problem());
  }

  @Test
  void oneRefusedDeviceStopsNobody() {
    provider.follow(
        dispatch ->
            CompletableFuture.completedFuture(
                dispatch.device().token().equals("t7")
                    ? new ProviderResponse.Mismatched("401 THIRD_PARTY_AUTH_ERROR", "broadcasty.x")
                    : new ProviderResponse.Accepted(null)));
    for (int i = 0; i < 20; i++) {
      enqueue("s" + i, 8);
      time.advance(Duration.ofMinutes(1));
      run(sender);
      assertNull(sender.health().problem());
      assertEquals(7, counts("s" + i).get(DispatchState.ACCEPTED));
    }
  }

  @Test
  void retriesAfterAProvidersExceptionWithoutLoggingItsMessage() {
    provider.follow(
        dispatch -> {
          throw new IllegalStateException("secret " + dispatch.device().token());
        });
    enqueue("s", 1);
    try (LogCapture log = new LogCapture(PushSender.class)) {
      run(sender);
      assertFalse(log.text().contains("secret"), log.text());
      assertEquals(
          List.of("java.lang.IllegalStateException"),
          log.thrown().stream().map(String::valueOf).toList());
    }
    provider.follow(
        dispatch -> CompletableFuture.failedFuture(new IllegalStateException("secret")));
    time.advance(Duration.ofSeconds(1));
    run(sender);
    assertEquals(DispatchState.RETRYING, only("s").state());
    assertFalse(String.valueOf(only("s").reason()).contains("secret"));
    provider.answer(new ProviderResponse.Accepted(null));
    time.advance(Duration.ofSeconds(3));
    run(sender);
    assertEquals(DispatchState.ACCEPTED, only("s").state());
  }

  @Test
  void logsABrokenConnectionOnceAndHidesItFromTenants() {
    IOException broken = new IOException("reset by 192.0.2.1");
    provider.answer(new ProviderResponse.Retry("the connection broke", null, broken));
    enqueue("s", 5);
    try (LogCapture log = new LogCapture(PushSender.class)) {
      for (int i = 0; i < 3; i++) {
        run(sender);
        time.advance(Duration.ofMinutes(1));
      }
      assertEquals(
          List.of("java.io.IOException"), log.thrown().stream().map(String::valueOf).toList());
      assertArrayEquals(broken.getStackTrace(), log.thrown().get(0).getStackTrace());
      assertFalse(log.text().contains("192.0.2.1"), log.text());
    }
  }

  @Test
  void givesUpOnASilentProviderAndIgnoresItsLateAnswer() {
    CompletableFuture<ProviderResponse> never = new CompletableFuture<>();
    provider.follow(dispatch -> never);
    enqueue("s", 1);
    run(sender);
    time.advance(FakeProvider.TIMEOUT.plus(PushSender.GRACE));
    run(sender);
    assertEquals(DispatchState.RETRYING, only("s").state());
    never.complete(new ProviderResponse.Rejected("late"));
    run(sender);
    assertEquals(DispatchState.RETRYING, only("s").state());
  }

  @Test
  void keepsResultsUntilTheQueueIsAvailable() {
    enqueue("s", 3);
    queue.unavailable = true;
    assertThrows(PushStoreException.class, () -> sender.runRound(true));
    assertEquals(0, provider.sent.size());
    queue.unavailable = false;
    sender.runRound(true);
    queue.unavailable = true;
    assertThrows(PushStoreException.class, () -> sender.runRound(true));
    assertTrue(sender.isBusy());
    queue.unavailable = false;
    sender.runRound(false);
    assertEquals(Map.of(DispatchState.ACCEPTED, 3), counts("s"));
    assertEquals(3, provider.sent.size());
  }

  @Test
  void writesResultsBackInGroups() {
    List<CompletableFuture<ProviderResponse>> waiting = new ArrayList<>();
    provider.follow(
        dispatch -> {
          waiting.add(new CompletableFuture<>());
          return waiting.get(waiting.size() - 1);
        });
    enqueue("s", 50);
    assertEquals(0, sender.runRound(true), "there may be more to claim");
    assertEquals(PushSender.GATHERING_MILLIS, sender.runRound(true), "or sooner, when woken");
    for (int i = 0; i < 5; i++) {
      waiting.get(i).complete(new ProviderResponse.Accepted(null));
    }
    assertEquals(0, wakes);
    for (int i = 5; i < 11; i++) {
      waiting.get(i).complete(new ProviderResponse.Accepted(null));
    }
    assertEquals(1, wakes);
    sender.runRound(true);
    assertEquals(Map.of(DispatchState.ACCEPTED, 11, DispatchState.SENDING, 39), counts("s"));
    for (int i = 11; i < 19; i++) {
      waiting.get(i).complete(new ProviderResponse.Accepted(null));
    }
    assertEquals(2, wakes);
  }

  @Test
  void pollsAnEmptyQueueRarely() {
    provider.follow(dispatch -> new CompletableFuture<>());
    enqueue("s", 1);
    run(sender);
    assertEquals(2, queue.claims, "the second got nothing, although one is under way");
    time.advance(Duration.ofMillis(500));
    run(sender);
    assertEquals(3, queue.claims);
    enqueue("more", 1);
    run(sender);
    assertEquals(5, queue.claims);
    assertEquals(2, provider.sent.size());
  }

  @Test
  void claimsNothingWhenStopping() {
    enqueue("s", 3);
    sender.runRound(false);
    assertEquals(0, provider.sent.size());
    assertFalse(sender.isBusy());
  }

  @Test
  void anotherNodeContinuesADeadNodesDispatches() {
    List<Dispatch> first = new ArrayList<>();
    provider.follow(
        dispatch -> {
          first.add(dispatch);
          return first.size() <= 10
              ? CompletableFuture.completedFuture(new ProviderResponse.Accepted(null))
              : new CompletableFuture<>();
        });
    enqueue("s", 100);
    sender.runRound(true);
    sender.runRound(false); // then it dies: 10 are written back, 40 are in flight
    FakeProvider again = FakeProvider.accepting(SamplePushServices.FCM);
    PushSender successor = sender(again, "successor", PLACES);
    run(successor);
    assertEquals(50, again.sent.size());
    time.advance(FakeProvider.TIMEOUT.plus(PushSender.GRACE));
    run(successor);
    assertEquals(50, again.sent.size(), "the first may still write back what was answered late");
    time.advance(PushSender.ACKNOWLEDGE_TIME);
    run(successor);
    assertEquals(Map.of(DispatchState.ACCEPTED, 100), counts("s"));
    assertEquals(90, again.sent.size());
    List<UUID> twice = again.sent.stream().map(Dispatch::id).toList();
    assertTrue(twice.containsAll(first.subList(10, 50).stream().map(Dispatch::id).toList()));
    assertTrue(first.subList(0, 10).stream().noneMatch(each -> twice.contains(each.id())));
  }

  @Test
  void sendsNothingToFollowersWhoLostTheTopicMeanwhile() {
    ChannelName secret = new ChannelName("private-x");
    List<Recipient> followers = new ArrayList<>();
    for (String user : List.of("ann", "ben", "cleo", "dan")) {
      PushSubscription device =
          save(
              subscriptions,
              PushFixtures.ACME,
              user,
              PushFixtures.fcm(user),
              null,
              List.of(secret),
              time.nowMillis());
      followers.add(new Recipient(device.id(), user, SamplePushServices.FCM, secret));
    }
    queue.enqueue(send(ACME, "s", time), followers, 0);
    save(
        subscriptions,
        PushFixtures.ACME,
        "ben",
        PushFixtures.fcm("ben"),
        null,
        List.of(),
        time.nowMillis());
    subscriptions.forgetRoles(ACME, "cleo");
    Confirmation lessRoles = new Confirmation("dan", java.util.Set.of("guest"), time.nowMillis());
    subscriptions.restrict(ACME, PushFixtures.fcm("dan"), lessRoles, topic -> true);
    sender.runRound(true);
    sender.runRound(true);
    assertEquals(
        List.of("ann"), provider.sent.stream().map(each -> each.device().token()).toList());
    SendStatus status = Objects.requireNonNull(queue.status(ACME, "s", 0, 10));
    assertEquals(Map.of(DispatchState.ACCEPTED, 1, DispatchState.REJECTED, 3), status.counts());
    for (SendStatus.Device each : status.page()) {
      assertEquals(
          each.state() == DispatchState.REJECTED,
          each.reason() != null && each.reason().contains("private-x"));
    }
  }
}
