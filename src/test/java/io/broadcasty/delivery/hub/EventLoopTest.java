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

  private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  private final EventLoop eventLoop = new EventLoop(loops, null, broken -> errors.add("broken"));

  @AfterEach
  void close() {
    eventLoop.close();
  }

  private Thread thread() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    eventLoop.execute(() -> thread.complete(Thread.currentThread()));
    return thread.get(10, TimeUnit.SECONDS);
  }

  private LoopCondition condition() {
    return loops.condition(EventLoop.NAME);
  }

  @Test
  void anExceptionEndsItsTaskOnly() throws Exception {
    Thread before = thread();
    eventLoop.execute(
        () -> {
          throw new IllegalStateException("thrown by a test");
        });
    assertSame(before, thread());
    assertEquals(List.of(), errors);
    assertEquals(0, condition().restarts());
  }

  @Test
  void reportsAnErrorBeforeAnotherThreadContinues() throws Exception {
    Thread before = thread();
    CountDownLatch all = new CountDownLatch(3);
    CompletableFuture<Thread> later = new CompletableFuture<>();
    eventLoop.execute(
        () -> {
          eventLoop.execute(() -> note("following", all));
          eventLoop.execute(
              () -> {
                note("throws", all);
                throw new OutOfMemoryError("thrown by a test");
              });
          eventLoop.execute(
              () -> {
                note("goes on", all);
                later.complete(Thread.currentThread());
              });
        });
    assertTrue(all.await(10, TimeUnit.SECONDS));
    assertEquals(List.of("following", "throws", "broken", "goes on"), errors);
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
    eventLoop.execute(
        () -> {
          throw new NoClassDefFoundError("taken away");
        });
    thread();
    assertEquals(0, condition().restarts());
  }

  @Test
  void aLinkageErrorBeforeTheStopRestartsTheLoop() throws Exception {
    eventLoop.execute(
        () -> {
          throw new NoClassDefFoundError("missing");
        });
    thread();
    assertEquals(List.of("broken"), errors);
    assertEquals(1, condition().restarts());
  }

  private void note(String what, CountDownLatch all) {
    errors.add(what);
    all.countDown();
  }
}
