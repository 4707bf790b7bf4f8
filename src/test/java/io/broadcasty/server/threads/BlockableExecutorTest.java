package io.broadcasty.server.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockableExecutorTest {

  private static final int USUAL = 2;
  private static final int MAX = 16;

  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
  private final Queue<Runnable> looks = new ConcurrentLinkedQueue<>();
  private final BlockableExecutor executor =
      new BlockableExecutor(USUAL, MAX, loops, "test", looks::add);
  private final ArrayDeque<CountDownLatch> blocked = new ArrayDeque<>();

  @AfterEach
  void end() {
    blocked.forEach(CountDownLatch::countDown);
    executor.pool().shutdownNow();
  }

  @Test
  void schedulesNoCheckWhileNothingWaits() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(USUAL);
    for (int i = 0; i < USUAL; i++) {
      executor.execute(ran::countDown);
    }
    assertTrue(ran.await(10, TimeUnit.SECONDS));
    assertEquals(0, looks.size());
  }

  @Test
  void blockedTasksDoNotStopTheOthers() throws InterruptedException {
    block(8);
    CountDownLatch ran = new CountDownLatch(1);
    executor.execute(ran::countDown);
    for (int i = 0; i < 4 && ran.getCount() > 0; i++) {
      checkProgress();
      if (ran.await(100, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    assertTrue(ran.await(10, TimeUnit.SECONDS), executor.pool()::toString);
  }

  @Test
  void keepsTheThreadLimit() throws InterruptedException {
    block(MAX + 4);
    for (int i = 0; i < 10; i++) {
      checkProgress();
    }
    assertEquals(MAX, executor.threads());
    await(() -> executor.waitingTasks() == 4);
  }

  @Test
  void manyShortTasksGetNoExtraThreads() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1000);
    for (int i = 0; i < 1000; i++) {
      long before = executor.finishedTasks();
      executor.execute(all::countDown);
      while (executor.finishedTasks() == before
          && !looks.isEmpty()) { // a task has finished since the last check
        Thread.onSpinWait();
      }
      if (!looks.isEmpty()) {
        checkProgress();
      }
    }
    assertTrue(all.await(10, TimeUnit.SECONDS));
    assertEquals(USUAL, executor.threads());
  }

  @Test
  void continuesAfterAFailedTask() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    for (int i = 0; i < 2 * USUAL; i++) {
      executor.execute(
          () -> {
            throw new IllegalStateException("broken");
          });
    }
    executor.execute(ran::countDown);
    assertTrue(ran.await(10, TimeUnit.SECONDS));
  }

  @Test
  void continuesAfterAnError() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    for (int i = 0; i < 2 * USUAL; i++) {
      executor.execute(
          () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
            throw new StackOverflowError("broken");
          });
    }
    executor.execute(ran::countDown);
    assertTrue(ran.await(10, TimeUnit.SECONDS));
  }

  @Test
  void runsWaitingTasksAfterShutdown() throws InterruptedException {
    block(USUAL);
    CountDownLatch ran = new CountDownLatch(10);
    for (int i = 0; i < 10; i++) {
      executor.execute(ran::countDown);
    }
    executor.pool().shutdown();
    blocked.forEach(CountDownLatch::countDown);
    assertTrue(ran.await(10, TimeUnit.SECONDS));
  }

  @Test
  void runsEveryTaskOfManyThreads() throws InterruptedException {
    int callers = 4;
    int each = 20_000;
    CountDownLatch ran = new CountDownLatch(callers * each);
    for (int i = 0; i < callers; i++) {
      new Thread(
              () -> {
                for (int k = 0; k < each; k++) {
                  executor.execute(ran::countDown);
                }
              })
          .start();
    }
    assertTrue(ran.await(30, TimeUnit.SECONDS), () -> ran.getCount() + " were forgotten");
  }

  @Test
  void aCheckEndsWhenItsThreadsFindNoTask() {
    int many = 500;
    BlockableExecutor large = new BlockableExecutor(many, 2 * many, loops, "test", looks::add);
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < many; i++) {
      large.execute(() -> awaitQuietly(end));
    }
    large.execute(
        end::countDown); // ends all blocked tasks at once, as a store does that comes back
    try {
      assertTimeoutPreemptively(Duration.ofSeconds(20), this::checkProgress);
    } finally {
      large.pool().shutdownNow();
    }
    assertEquals(0, large.waitingTasks());
  }

  @Test
  void shrinksWhenNothingBlocks() throws InterruptedException {
    block(8);
    for (int i = 0; i < 3; i++) {
      checkProgress();
    }
    assertTrue(executor.threads() > USUAL);
    blocked.forEach(CountDownLatch::countDown);
    await(
        () -> {
          checkProgress();
          return executor.threads() == USUAL;
        });
    assertEquals(0, looks.size());
  }

  /** Runs tasks that block until they are released or the test ends. */
  private void block(int count) {
    for (int i = 0; i < count; i++) {
      CountDownLatch end = new CountDownLatch(1);
      blocked.add(end);
      executor.execute(() -> awaitQuietly(end));
    }
  }

  private static void awaitQuietly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, executor.pool()::toString);
      Thread.onSpinWait();
    }
  }

  private void checkProgress() {
    Runnable next = looks.poll();
    if (next != null) {
      next.run();
    }
  }
}
