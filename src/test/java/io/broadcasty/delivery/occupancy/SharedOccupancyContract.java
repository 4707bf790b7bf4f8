package io.broadcasty.delivery.occupancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The contract of an {@link OccupancyStore} that several nodes share. */
public abstract class SharedOccupancyContract extends OccupancyContract {

  /** Makes the store lose all data, like a Redis without files that is restarted. */
  protected abstract void loseAll();

  @Test
  void onlyTheFirstAndTheLastOfAllNodesAreNotified() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    b.subscribe(ORDERS);
    awaitNotified(b);
    assertEquals(List.of("a+"), notifications(ORDERS));
    a.unsubscribe(ORDERS);
    awaitNotified(a);
    assertEquals(List.of("a+"), notifications(ORDERS));
    b.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-", "a+");
  }

  @Test
  void flappingOnManyNodesIsNotifiedAlternately() throws InterruptedException {
    flap(List.of(node("a"), node("b"), node("c")), 2, 0);
  }

  @Test
  void flappingIsNotifiedAlternatelyAlthoughAnswersAreLost() throws InterruptedException {
    flap(List.of(node("a"), node("b"), node("c")), 2, 7);
  }

  @Test
  void channelsOfADeadNodeAreLeftOnce() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    OccupancyNode c = node("c");
    for (int i = 0; i < 1200; i++) {
      a.subscribe(channel("of-a-" + i));
    }
    a.subscribe(ORDERS);
    awaitNotified(a);
    b.subscribe(ORDERS);
    awaitNotified(b);
    a.kill();
    forgetAtOnce(a.name, b, c);
    for (int i = 0; i < 1200; i++) {
      List<String> events = notifications(channel("of-a-" + i));
      assertEquals(2, events.size(), events::toString);
      assertEquals("a+", events.get(0));
    }
    assertEquals(List.of("a+"), notifications(ORDERS));
    b.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-");
    forget(b, "a");
    forget(b, "never seen");
    awaitNotified(b);
    assertAlternating();
  }

  /** Removes a dead node like a node registry: again, when the node's last report has come late. */
  private static void forget(OccupancyNode survivor, String dead) {
    for (int tries = 1; ; tries++) {
      try {
        survivor.occupancy.removeNode(dead);
        return;
      } catch (OccupancyException e) {
        if (tries == 10) {
          throw e;
        }
      }
    }
  }

  private static void forgetAtOnce(String dead, OccupancyNode... survivors) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads =
        List.of(survivors).stream().map(node -> new Thread(() -> forget(node, dead))).toList();
    threads.forEach(thread -> thread.setUncaughtExceptionHandler((t, e) -> failure.set(e)));
    threads.forEach(Thread::start);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertEquals(null, failure.get());
  }

  @Test
  void aDeadNodeIsRemovedOnceAlthoughAnswersAreLost() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    for (int i = 0; i < 50; i++) {
      a.subscribe(channel("of-a-" + i));
    }
    awaitNotified(a);
    a.kill();
    b.store.losesEveryNth = 3;
    forget(b, "a");
    b.store.losesEveryNth = 0;
    for (int i = 0; i < 50; i++) {
      awaitNotifications(channel("of-a-" + i), "a+", "b-");
    }
    assertAlternating();
  }

  @Test
  void aNodeConsideredDeadReportsItsChannelsAgain() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    TenantChannel shared = channel("shared");
    a.subscribe(ORDERS);
    a.subscribe(shared);
    awaitNotifications(ORDERS, "a+");
    awaitNotified(a);
    b.subscribe(shared);
    awaitNotified(b);
    forget(b, "a");
    awaitNotifications(ORDERS, "a+", "b-");
    a.occupancy.reportAgain();
    awaitNotifications(ORDERS, "a+", "b-", "a+");
    awaitNotified(a);
    b.unsubscribe(shared);
    awaitNotified(b);
    a.unsubscribe(shared);
    awaitNotifications(shared, "a+", "a-");
    a.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-", "a+", "a-");
    assertAlternating();
  }

  @Test
  void nothingIsRemovedForANodeThatReturns() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    int channels = 1200;
    for (int i = 0; i < channels; i++) {
      a.subscribe(channel("of-a-" + i));
    }
    awaitNotified(a);
    b.store.beforeSecondPage =
        () -> {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)); // stores count milliseconds
          a.occupancy.reportAgain();
          awaitNotified(a);
        };
    assertThrows(OccupancyException.class, () -> b.occupancy.removeNode("a"));
    a.occupancy.reportAgain(); // b may have seen at its first page that a is alive
    awaitNotified(b);
    await("its channels", () -> !assertAlternating().containsValue(false));
    awaitNotified(b);
    assertFalse(assertAlternating().containsValue(false));
    long left = reported.stream().filter(each -> !each.occupied()).count();
    assertTrue(left > 0 && left < channels, () -> left + " were left");
    a.unsubscribe(channel("of-a-0"));
    await("the end", () -> notifications(channel("of-a-0")).lastIndexOf("a-") > 0);
  }

  @Test
  void channelsAreReportedAgainToAStoreThatLostAllWithoutNotification() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    b.subscribe(ORDERS);
    awaitNotified(b);
    loseAll();
    a.occupancy.reportAgain();
    b.occupancy.reportAgain();
    awaitNotified(a);
    awaitNotified(b);
    a.unsubscribe(ORDERS);
    awaitNotified(a);
    assertEquals(List.of("a+"), notifications(ORDERS));
    b.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-");
  }

  @Test
  void allNodesReconnectToAStoreAfterAnOutage() {
    OccupancyNode a = node("a");
    OccupancyNode b = node("b");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    awaitNotified(b);
    a.store.unreachable = true;
    b.store.unreachable = true;
    a.unsubscribe(ORDERS);
    b.subscribe(ORDERS);
    int calls = b.store.calls.get();
    await("tries", () -> b.store.calls.get() > calls + 2);
    b.store.unreachable = false;
    awaitNotified(b);
    a.store.unreachable = false;
    awaitNotified(a);
    assertEquals(List.of("a+"), notifications(ORDERS));
    b.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "b-");
  }

  @Test
  void aStoppedNodeRemovesNoOther() {
    OccupancyNode a = node("a");
    awaitNotified(a);
    a.occupancy.close();
    assertThrows(OccupancyException.class, () -> a.occupancy.removeNode("b"));
  }
}
