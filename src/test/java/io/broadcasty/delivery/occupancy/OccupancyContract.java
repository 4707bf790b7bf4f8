package io.broadcasty.delivery.occupancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.occupancy.OccupancyNode.OccupancyNotification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link OccupancyStore}, as seen from a node's {@link ChannelOccupancy}. Every
 * implementation's test extends this; where nodes share the store, {@link SharedOccupancyContract}.
 */
public abstract class OccupancyContract {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final AtomicInteger FENCES = new AtomicInteger();
  protected static final TenantChannel ORDERS = channel("orders");

  protected final List<OccupancyNotification> reported = new CopyOnWriteArrayList<>();
  private final List<OccupancyNode> nodes = new ArrayList<>();

  /** Opens the store for a node with this name; the test's nodes share its data. */
  protected abstract OccupancyStore open(String node);

  /** Returns how many channels change at once. */
  protected int burstSize() {
    return 10_000;
  }

  protected static TenantChannel channel(String name) {
    return new TenantChannel(new TenantId("acme"), new ChannelName(name));
  }

  protected final OccupancyNode node(String name) {
    return node(name, Duration.ZERO);
  }

  protected final OccupancyNode node(String name, Duration linger) {
    OccupancyNode node = new OccupancyNode(name, open(name), reported, linger);
    nodes.add(node);
    return node;
  }

  @AfterEach
  void closeNodes() {
    stopNodes();
    closeStores();
  }

  /** Stops all nodes before the end of the test. */
  protected final void stopNodes() {
    nodes.forEach(node -> node.occupancy.close());
    nodes.clear();
  }

  /** Closes the stores after the nodes have stopped. */
  protected void closeStores() {}

  protected static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Waits until all earlier changes of the node have been reported and notified. */
  protected final void awaitNotified(OccupancyNode node) {
    for (int i = 0;
        i < 2;
        i++) { // the second fence is in a later round than what came before the first
      TenantChannel fence = channel("fence-" + FENCES.incrementAndGet());
      node.subscribe(fence);
      OccupancyNotification occupied = new OccupancyNotification(node.name, fence, true);
      await("the fence of " + node.name, () -> reported.contains(occupied));
    }
  }

  /** Returns the notifications of a channel so far: {@code node+} and {@code node-}. */
  protected final List<String> notifications(TenantChannel channel) {
    return reported.stream()
        .filter(each -> each.channel().equals(channel))
        .map(each -> each.node() + (each.occupied() ? "+" : "-"))
        .toList();
  }

  protected final void awaitNotifications(TenantChannel channel, String... expected) {
    await(
        List.of(expected) + " of " + channel,
        () -> notifications(channel).size() >= expected.length);
    assertEquals(List.of(expected), notifications(channel));
  }

  /**
   * Asserts that each channel is occupied and vacated alternately; returns which are occupied in
   * the end.
   */
  protected final Map<TenantChannel, Boolean> assertAlternating() {
    Map<TenantChannel, Boolean> last = new HashMap<>();
    for (OccupancyNotification each : reported) {
      Boolean before = last.put(each.channel(), each.occupied());
      assertNotEquals(
          before == null ? Boolean.FALSE : before,
          each.occupied(),
          () -> each + " after " + notifications(each.channel()));
    }
    return last;
  }

  @Test
  void notifiesOfTheFirstAndTheLastSubscriber() {
    OccupancyNode a = node("a");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    a.occupancy.markChanged(ORDERS);
    awaitNotified(a);
    a.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "a-");
    a.occupancy.markChanged(ORDERS);
    awaitNotified(a);
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "a-", "a+");
  }

  @Test
  void tenantsAreKeptApart() {
    TenantChannel other = new TenantChannel(new TenantId("globex"), ORDERS.name());
    OccupancyNode a = node("a");
    a.subscribe(ORDERS);
    a.subscribe(other);
    awaitNotifications(ORDERS, "a+");
    awaitNotifications(other, "a+");
    a.unsubscribe(other);
    awaitNotifications(other, "a+", "a-");
    assertEquals(List.of("a+"), notifications(ORDERS));
  }

  @Test
  void aSubscriberThatReturnsWithinTheLingerTimeCausesNoNotification() {
    OccupancyNode a = node("a", Duration.ofMinutes(1));
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    a.unsubscribe(ORDERS);
    awaitNotified(a);
    a.subscribe(ORDERS);
    awaitNotified(a);
    assertEquals(List.of("a+"), notifications(ORDERS));
  }

  @Test
  void vacatedIsNotifiedAfterTheLingerTime() {
    OccupancyNode a = node("a", Duration.ofMillis(50));
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    a.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "a-");
  }

  @Test
  void aBurstOfChannels() {
    OccupancyNode a = node("a");
    for (int i = 0; i < burstSize(); i++) {
      a.subscribe(channel("user-" + i));
    }
    await("all", () -> reported.size() == burstSize());
    assertTrue(a.store.calls.get() <= 1000, () -> a.store.calls + " calls");
    for (int i = 0; i < burstSize(); i++) {
      a.unsubscribe(channel("user-" + i));
    }
    await("all", () -> reported.size() == 2 * burstSize());
    assertAlternating();
  }

  @Test
  void onlyTheFinalStateIsNotifiedAfterAnOutageOfTheStore() {
    OccupancyNode a = node("a");
    TenantChannel stays = channel("stays");
    a.subscribe(stays);
    awaitNotifications(stays, "a+");
    a.store.unreachable = true;
    for (int i = 0; i < 3; i++) {
      a.unsubscribe(stays);
      a.subscribe(stays);
    }
    a.subscribe(ORDERS);
    int calls = a.store.calls.get();
    await("tries", () -> a.store.calls.get() > calls + 2);
    a.store.unreachable = false;
    awaitNotifications(ORDERS, "a+");
    awaitNotified(a);
    Map<TenantChannel, Boolean> last = assertAlternating();
    assertEquals(true, last.get(stays));
  }

  @Test
  void aChangeWhoseAnswerIsLostIsNotifiedOnce() {
    OccupancyNode a = node("a");
    a.store.dropsAnswers = true;
    a.subscribe(ORDERS);
    await("tries", () -> a.store.calls.get() >= 2);
    a.store.dropsAnswers = false;
    awaitNotifications(ORDERS, "a+");
    a.store.dropsAnswers = true;
    int calls = a.store.calls.get();
    a.unsubscribe(ORDERS);
    await("tries", () -> a.store.calls.get() >= calls + 2);
    a.store.dropsAnswers = false;
    awaitNotifications(ORDERS, "a+", "a-");
    awaitNotified(a);
    assertEquals(List.of("a+", "a-"), notifications(ORDERS));
  }

  @Test
  void aNodeThatStopsLeavesItsChannels() {
    OccupancyNode a = node("a");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    a.occupancy.close();
    assertEquals(List.of("a+", "a-"), notifications(ORDERS));
  }

  @Test
  void flappingFromManyThreadsIsNotifiedAlternately() throws InterruptedException {
    flap(List.of(node("a")), 4, 0);
  }

  /** Changes channels until the end, when each has subscribers on the first node, or on none. */
  protected final void flap(List<OccupancyNode> all, int threadsEach, int losesEach)
      throws InterruptedException {
    int channels = 8;
    List<Thread> threads = new ArrayList<>();
    for (OccupancyNode node : all) {
      node.store.losesEveryNth = losesEach;
      node.store.slowNanos = 5_000_000; // so that another node may notify first
      for (int t = 0; t < threadsEach; t++) {
        Random random = new Random(31L * threads.size());
        Thread thread =
            new Thread(
                () -> {
                  // a slow machine notifies less while so many changes are made
                  for (int i = 0; i < 300 || (i < 20_000 && !hasFlapped(channels)); i++) {
                    TenantChannel channel = channel("flap-" + random.nextInt(channels));
                    if (random.nextBoolean()) {
                      node.subscribe(channel);
                    } else {
                      node.unsubscribe(channel);
                    }
                    LockSupport.parkNanos(random.nextInt(1_000_000));
                  }
                });
        threads.add(thread);
        thread.start();
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (OccupancyNode node : all) {
      node.store.losesEveryNth = 0;
      node.store.slowNanos = 0;
      for (int c = 0; c < channels; c++) {
        if (node == all.get(0) && c % 2 == 0) {
          node.subscribe(channel("flap-" + c));
        } else {
          node.unsubscribe(channel("flap-" + c));
        }
      }
    }
    for (OccupancyNode node : all) {
      awaitNotified(node);
    }
    await("the end", () -> ended(channels));
    Map<TenantChannel, Boolean> last = assertAlternating();
    for (int c = 0; c < channels; c++) {
      // a channel that nobody was told of was left before a slow store knew that it was occupied
      boolean occupied = last.getOrDefault(channel("flap-" + c), false);
      assertEquals(c % 2 == 0, occupied, "flap-" + c);
    }
    assertTrue(hasFlapped(channels), "nothing has flapped: " + reported.size());
  }

  private boolean hasFlapped(int channels) {
    return reported.size() > 2 * channels;
  }

  private boolean ended(int channels) {
    for (int c = 0; c < channels; c++) {
      List<String> events = notifications(channel("flap-" + c));
      boolean occupied = !events.isEmpty() && events.get(events.size() - 1).endsWith("+");
      if (occupied != (c % 2 == 0)) {
        return false;
      }
    }
    return true;
  }
}
