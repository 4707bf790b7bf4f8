package io.broadcasty.push;

import static io.broadcasty.push.Devices.ACME;
import static io.broadcasty.push.Devices.recipient;
import static io.broadcasty.push.Devices.register;
import static io.broadcasty.push.Devices.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.time.ManualTime;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
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
  private final SubscriptionStore subscriptions = new JdbcSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, WallClock.system());
  private final List<PushWorker> workers = new ArrayList<>();

  private PushWorker work(String node, PushProvider... providers) {
    return work(node, Duration.ofSeconds(10), providers);
  }

  private PushWorker work(String node, Duration linger, PushProvider... providers) {
    PushWorker worker =
        new PushWorker(
            new EnabledServices(List.of(providers)),
            queue,
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
      assertTrue(System.nanoTime() < deadline, "in vain waited for: " + what);
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
                  SampleServices.FCM,
                  dispatch -> {
                    ledger
                        .computeIfAbsent(dispatch.id(), id -> new AtomicInteger())
                        .incrementAndGet();
                    senders.add(node);
                    return CompletableFuture.supplyAsync(
                        () -> new PushOutcome.Accepted(null), vendor);
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
  void aServiceThatHangsKeepsNoOther() {
    FakeProvider hanging =
        new FakeProvider(SampleServices.APNS, dispatch -> new CompletableFuture<>());
    PushWorker worker =
        work("one", Duration.ofMillis(50), hanging, FakeProvider.accepting(SampleServices.FCM));
    PushSubscription apns =
        subscriptions.save(
            ACME, "a", new DeviceAddress(SampleServices.APNS, "a", null, null), null, List.of(), 1);
    long now = WallClock.system().nowMillis();
    queue.enqueue(
        new Send(ACME, "a", Devices.notification("a"), now, now + 60_000),
        List.of(recipient(apns)),
        0);
    enqueue("s", 10);
    worker.wake();
    await("the other service's", () -> isDone("s", 10));
    await("the hanging one to be tried", () -> hanging.sent.size() == 1);
    assertEquals(
        List.of(SampleServices.APNS, SampleServices.FCM),
        worker.conditions().stream().map(PushCondition::service).toList());
  }

  @Test
  void theEndWaitsForWhatIsUnderWay() {
    CompletableFuture<PushOutcome> slow = new CompletableFuture<>();
    FakeProvider provider = new FakeProvider(SampleServices.FCM, dispatch -> slow);
    PushWorker worker = work("one", provider);
    enqueue("s", 1);
    worker.wake();
    await("the send", () -> provider.sent.size() == 1);
    Thread closing = new Thread(worker::close);
    closing.start();
    slow.complete(new PushOutcome.Accepted(null));
    await("the end", () -> !closing.isAlive());
    assertTrue(isDone("s", 1));
  }

  @Test
  void sendsTheIdsItWasGiven() {
    FakeProvider provider = FakeProvider.accepting(SampleServices.FCM);
    work("one", provider);
    enqueue("s", 50); // found without being woken
    await("all to be sent", () -> isDone("s", 50));
    Set<UUID> ids = new HashSet<>();
    provider.sent.forEach(each -> ids.add(each.id()));
    assertEquals(50, ids.size());
  }
}
