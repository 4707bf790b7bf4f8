package io.broadcasty.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.background.LoopCondition;
import io.broadcasty.time.Ticker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {

  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  private final Lane lane = new Lane(loops, null, broken -> told.add("broken"));

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
    return loops.condition(Lane.NAME);
  }

  @Test
  void anExceptionEndsItsTaskAlone() throws Exception {
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
  void anErrorIsToldBeforeAnotherThreadGoesOnWithWhatWaits() throws Exception {
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
    loops.stopping();
    lane.execute(
        () -> {
          throw new NoClassDefFoundError("taken away");
        });
    thread();
    assertEquals(0, condition().restarts());
  }

  @Test
  void aLinkageErrorOutsideOfAStopBreaksIt() throws Exception {
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
