package io.broadcasty.push.sending;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.register;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PushWorkerTest {

  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 8));
  private final ManualTime start = new ManualTime();
  private final PushSubscriptionStore subscriptions = new JdbcPushSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, WallClock.system());
  private final List<PushWorker> workers = new ArrayList<>();

  private PushWorker work(String node, PushProvider... providers) {
    return work(node, Duration.ofSeconds(10), providers);
  }

  private PushWorker work(String node, Duration linger, PushProvider... providers) {
    PushWorker worker =
        new PushWorker(
            new PushProviders(List.of(providers)),
            queue,
            followers(WallClock.system()),
            node,
            100,
            Ticker.system(),
            WallClock.system(),
            (service, state, id, nanos) -> {},
            linger,
            Thread::new);
    workers.add(worker);
    return worker;
  }

  @AfterEach
  void close() {
    workers.forEach(PushWorker::close);
    database.close();
  }

  private void enqueue(String id, int devices) {
    List<Recipient> recipients = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      recipients.add(recipient(register(subscriptions, "u" + i, "t" + i, start)));
    }
    long now = WallClock.system().nowMillis();
    Send sample = send(ACME, id, start);
    queue.enqueue(new Send(ACME, id, sample.notification(), now, now + 3_600_000), recipients, 0);
  }

  private boolean isDone(String id, int devices) {
    return Objects.requireNonNull(queue.status(ACME, id, 0, 1))
        .counts()
        .equals(Map.of(DispatchState.ACCEPTED, devices));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "timed out waiting for " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  @Test
  void twoNodesOnOneDatabaseSendEachDispatchOnce() {
    Map<UUID, AtomicInteger> ledger = new ConcurrentHashMap<>();
    Set<String> senders = ConcurrentHashMap.newKeySet();
    Executor vendor = ForkJoinPool.commonPool();
    List<PushWorker> nodes = new ArrayList<>();
    for (String node : List.of("one", "two")) {
      nodes.add(
          work(
              node,
              new FakeProvider(
                  SamplePushServices.FCM,
                  dispatch -> {
                    ledger
                        .computeIfAbsent(dispatch.id(), id -> new AtomicInteger())
                        .incrementAndGet();
                    senders.add(node);
                    return CompletableFuture.supplyAsync(
                        () -> new ProviderResponse.Accepted(null), vendor);
                  })));
    }
    enqueue("s", 2000);
    nodes.forEach(PushWorker::wake);
    await("all to be sent", () -> isDone("s", 2000));
    assertEquals(2000, ledger.size());
    assertTrue(ledger.values().stream().allMatch(times -> times.get() == 1));
    assertEquals(Set.of("one", "two"), senders);
  }

  @Test
  void aHangingServiceDoesNotDelayOthers() {
    FakeProvider hanging =
        new FakeProvider(SamplePushServices.APNS, dispatch -> new CompletableFuture<>());
    PushWorker worker =
        work("one", Duration.ofMillis(50), hanging, FakeProvider.accepting(SamplePushServices.FCM));
    PushSubscription apns =
        save(
            subscriptions,
            ACME,
            "a",
            new DeviceAddress(SamplePushServices.APNS, "a", null, null),
            null,
            List.of(),
            1);
    long now = WallClock.system().nowMillis();
    queue.enqueue(
        new Send(ACME, "a", PushFixtures.notification("a"), now, now + 60_000),
        List.of(recipient(apns)),
        0);
    enqueue("s", 10);
    worker.wake();
    await("the other service's", () -> isDone("s", 10));
    await("the hanging one to be tried", () -> hanging.sent.size() == 1);
    assertEquals(
        List.of(SamplePushServices.APNS, SamplePushServices.FCM),
        worker.health().stream().map(PushServiceHealth::service).toList());
  }

  @Test
  void closeWaitsForDispatchesInFlight() {
    CompletableFuture<ProviderResponse> slow = new CompletableFuture<>();
    FakeProvider provider = new FakeProvider(SamplePushServices.FCM, dispatch -> slow);
    PushWorker worker = work("one", provider);
    enqueue("s", 1);
    worker.wake();
    await("the send", () -> provider.sent.size() == 1);
    Thread closing = new Thread(worker::close);
    closing.start();
    slow.complete(new ProviderResponse.Accepted(null));
    await("the end", () -> !closing.isAlive());
    assertTrue(isDone("s", 1));
  }

  @Test
  void passesDispatchIdsToTheProvider() {
    FakeProvider provider = FakeProvider.accepting(SamplePushServices.FCM);
    work("one", provider);
    enqueue("s", 50); // found without being woken
    await("all to be sent", () -> isDone("s", 50));
    Set<UUID> ids = new HashSet<>();
    provider.sent.forEach(each -> ids.add(each.id()));
    assertEquals(50, ids.size());
  }
}
