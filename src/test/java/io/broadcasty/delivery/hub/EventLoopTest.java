package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.LoopCondition;
import io.broadcasty.core.time.Ticker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {

  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  private final EventLoop lane = new EventLoop(loops, null, broken -> told.add("broken"));

  @AfterEach
  void close() {
    lane.close();
  }

  private Thread thread() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    lane.execute(() -> thread.complete(Thread.currentThread()));
    return thread.get(10, TimeUnit.SECONDS);
  }

  private LoopCondition condition() {
    return loops.condition(EventLoop.NAME);
  }

  @Test
  void anExceptionEndsItsTaskOnly() throws Exception {
    Thread before = thread();
    lane.execute(
        () -> {
          throw new IllegalStateException("thrown by a test");
        });
    assertSame(before, thread());
    assertEquals(List.of(), told);
    assertEquals(0, condition().restarts());
  }

  @Test
  void reportsAnErrorBeforeAnotherThreadContinues() throws Exception {
    Thread before = thread();
    CountDownLatch all = new CountDownLatch(3);
    CompletableFuture<Thread> later = new CompletableFuture<>();
    lane.execute(
        () -> {
          lane.execute(() -> note("following", all));
          lane.execute(
              () -> {
                note("throws", all);
                throw new OutOfMemoryError("thrown by a test");
              });
          lane.execute(
              () -> {
                note("goes on", all);
                later.complete(Thread.currentThread());
              });
        });
    assertTrue(all.await(10, TimeUnit.SECONDS));
    assertEquals(List.of("following", "throws", "broken", "goes on"), told);
    assertNotSame(before, later.get(10, TimeUnit.SECONDS));
    assertEquals(1, condition().restarts());
    assertTrue(condition().running());
    Thread fresh = thread(); // wakes up as before
    assertSame(later.get(), fresh);
  }

  @Test
  void aLinkageErrorIsAnErrorUnlessTheServerStops() throws Exception {
    thread();
    loops.markStopping();
    lane.execute(
        () -> {
          throw new NoClassDefFoundError("taken away");
        });
    thread();
    assertEquals(0, condition().restarts());
  }

  @Test
  void aLinkageErrorBeforeTheStopRestartsTheLoop() throws Exception {
    lane.execute(
        () -> {
          throw new NoClassDefFoundError("missing");
        });
    thread();
    assertEquals(List.of("broken"), told);
    assertEquals(1, condition().restarts());
  }

  private void note(String what, CountDownLatch all) {
    told.add(what);
    all.countDown();
  }
}
