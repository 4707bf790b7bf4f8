package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests an outbox with many producers and a writer that reports at once, from another thread, or a
 * failure.
 */
class OutboxConcurrencyTest {

  private static final int PRODUCERS = 8;
  private static final int FRAMES = 5_000;

  private final MemoryBudget budget = new MemoryBudget(MemoryArea.OUTBOXES, 10_000, 100);

  private final ExecutorService executor = Executors.newFixedThreadPool(4);
  private final ExecutorService elsewhere = Executors.newFixedThreadPool(4);

  @AfterEach
  void stop() throws InterruptedException {
    executor.shutdownNow();
    elsewhere.shutdownNow();
    assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
    assertTrue(elsewhere.awaitTermination(10, TimeUnit.SECONDS));
    assertEquals(0, budget.usedBytes());
  }

  /** Records frames and checks that only one thread at a time calls it. */
  private final class Recorder implements FrameWriter, Outbox.Owner {
    final List<String> written = new ArrayList<>();
    final AtomicInteger inFlight = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final AtomicInteger overflows = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    private final Random random;
    private final int failAfter;

    Recorder(long seed, int failAfter) {
      this.random = new Random(seed);
      this.failAfter = failAfter;
    }

    @Override
    public void write(List<EncodedFrame> frames, Done done) {
      if (inFlight.incrementAndGet() != 1) {
        overlaps.incrementAndGet();
      }
      frames.forEach(f -> written.add(f.text()));
      Throwable failure = written.size() >= failAfter ? new IOException("broken") : null;
      if (random.nextBoolean()) {
        inFlight.decrementAndGet();
        done.accept(failure);
      } else {
        elsewhere.execute(
            () -> {
              inFlight.decrementAndGet();
              done.accept(failure);
            });
      }
    }

    @Override
    public void onOverflow(long waitingBytes) {
      overflows.incrementAndGet();
      ended.countDown();
    }

    @Override
    public void onFailure(Throwable failure, long waitingBytes) {
      failures.incrementAndGet();
      ended.countDown();
    }
  }

  /** Lets all producers offer frames at once; returns how many frames were added. */
  private int produce(Outbox outbox, AtomicLong mostBytes) throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger taken = new AtomicInteger();
    List<Thread> producers = new ArrayList<>();
    for (int p = 0; p < PRODUCERS; p++) {
      int producer = p;
      Thread thread =
          new Thread(
              () -> {
                awaitUninterrupted(go);
                for (int i = 0; i < FRAMES; i++) {
                  if (!outbox.offer(EncodedFrame.message(producer + ":" + i))) {
                    return;
                  }
                  taken.incrementAndGet();
                  mostBytes.accumulateAndGet(outbox.pendingBytes(), Math::max);
                }
              });
      thread.start();
      producers.add(thread);
    }
    go.countDown();
    for (Thread producer : producers) {
      producer.join(TimeUnit.SECONDS.toMillis(20));
    }
    return taken.get();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Asserts that each producer's frames are there from its first one on, in order, without a gap or
   * a duplicate.
   */
  private static void assertOrdered(List<String> written, String story) {
    int[] next = new int[PRODUCERS];
    for (String text : written) {
      String[] parts = text.split(":", 2);
      int producer = Integer.parseInt(parts[0]);
      assertEquals(next[producer]++, Integer.parseInt(parts[1]), story);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void neitherLosesNorDuplicatesNorReordersFrames(long seed) throws InterruptedException {
    String story = "seed " + seed;
    Recorder recorder = new Recorder(seed, Integer.MAX_VALUE);
    Outbox outbox = new Outbox(Long.MAX_VALUE, budget, executor, recorder, recorder);
    assertEquals(PRODUCERS * FRAMES, produce(outbox, new AtomicLong()), story);
    CountDownLatch drained = new CountDownLatch(1);
    outbox.closeAfter(EncodedFrame.message("0:" + FRAMES), drained::countDown);
    assertTrue(drained.await(20, TimeUnit.SECONDS), story);
    assertEquals(PRODUCERS * FRAMES + 1, recorder.written.size(), story);
    assertOrdered(recorder.written, story);
    assertEquals(0, recorder.overlaps.get(), story);
    assertEquals(0, outbox.pendingBytes(), story);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void reportsAFailureOnceToManyProducers(long seed) throws InterruptedException {
    String story = "seed " + seed;
    Recorder recorder = new Recorder(seed, 10_000);
    Outbox outbox = new Outbox(Long.MAX_VALUE, budget, executor, recorder, recorder);
    produce(outbox, new AtomicLong());
    assertTrue(recorder.ended.await(20, TimeUnit.SECONDS), story);
    assertOrdered(recorder.written, story);
    assertEquals(1, recorder.failures.get(), story);
    assertEquals(0, recorder.overlaps.get(), story);
  }

  @Test
  void keepsTheBoundAndReportsAnOverflowOnce() throws InterruptedException {
    AtomicInteger overflows = new AtomicInteger();
    CountDownLatch reported = new CountDownLatch(1);
    Outbox outbox =
        new Outbox(
            10_000,
            budget,
            executor,
            (frames, done) -> {}, // a client that never reads
            new Outbox.Owner() {
              @Override
              public void onOverflow(long waitingBytes) {
                overflows.incrementAndGet();
                reported.countDown();
              }

              @Override
              public void onFailure(Throwable failure, long waitingBytes) {}
            });
    AtomicLong most = new AtomicLong();
    int taken = produce(outbox, most);
    assertTrue(reported.await(20, TimeUnit.SECONDS));
    assertTrue(taken < PRODUCERS * FRAMES);
    assertTrue(most.get() <= 10_000, () -> "at most 10000, was " + most);
    executor.shutdown();
    assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
    assertEquals(1, overflows.get());
  }

  /**
   * A replay continues whenever half of the outbox is free, so the notification must never be lost.
   */
  @ParameterizedTest
  @ValueSource(longs = {7, 8})
  void alwaysReportsRoomEventually(long seed) throws InterruptedException {
    Recorder recorder = new Recorder(seed, Integer.MAX_VALUE);
    Outbox outbox = new Outbox(2_000, budget, executor, recorder, recorder);
    for (int round = 0; round < 2_000; round++) {
      while (outbox.hasRoom()) {
        outbox.offer(EncodedFrame.message("0:" + round));
      }
      CountDownLatch room = new CountDownLatch(1);
      outbox.whenRoom(room::countDown);
      assertTrue(room.await(20, TimeUnit.SECONDS), "seed " + seed + ", round " + round);
    }
    assertEquals(0, recorder.overflows.get());
  }
}
