package io.broadcasty.core.background;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundLoopsTest {

  private static final long TIMEOUT_MILLIS = 10_000;

  private final ManualTime time = new ManualTime();
  private final BackgroundLoops loops = new BackgroundLoops(time);

  /** A loop whose rounds are scripted by the test. */
  private static final class Scripted implements BackgroundLoop.Work {
    final BlockingQueue<Runnable> rounds = new LinkedBlockingQueue<>();
    final List<Throwable> errors = new ArrayList<>();
    final CompletableFuture<Thread> end = new CompletableFuture<>();
    private volatile boolean over;

    @Override
    public boolean runRound() throws InterruptedException {
      rounds.take().run();
      return !over;
    }

    @Override
    public void onError(Throwable error) {
      errors.add(error);
    }

    @Override
    public void onEnd() {
      end.complete(Thread.currentThread());
    }

    Thread thread() throws Exception {
      CompletableFuture<Thread> thread = new CompletableFuture<>();
      rounds.add(() -> thread.complete(Thread.currentThread()));
      return thread.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    void throwing(RuntimeException failure) {
      rounds.add(
          () -> {
            throw failure;
          });
    }

    void throwing(Error error) {
      rounds.add(
          () -> {
            throw error;
          });
    }

    void end() {
      rounds.add(() -> over = true);
    }
  }

  @Test
  void continuesOnTheSameThreadAfterAnException() throws Exception {
    Scripted work = new Scripted();
    BackgroundLoop loop = loops.start("test", work);
    Thread before = work.thread();
    work.throwing(new IllegalStateException("thrown by a test"));
    assertSame(before, work.thread());
    assertEquals(1, loops.condition("test").failures());
    assertEquals(0, loops.condition("test").restarts());
    work.end();
    assertTrue(loop.join(TIMEOUT_MILLIS));
  }

  @Test
  void anErrorIsReportedAndCountedAndAnotherThreadContinues() throws Exception {
    Scripted work = new Scripted();
    BackgroundLoop loop = loops.start("test", work);
    Thread before = work.thread();
    Error error = new StackOverflowError("thrown by a test");
    work.throwing(error);
    assertNotSame(before, work.thread());
    assertEquals(List.of(error), work.errors);
    assertEquals(1, loops.condition("test").restarts());
    assertFalse(loops.condition("test").needsProcessRestart());
    work.end();
    loop.join();
    assertTrue(work.end.isDone());
  }

  @Test
  void repeatedErrorsRequireARestartOfTheProcessUntilTimeHasPassed() {
    Runnable guarded =
        loops.guarded(
            "test",
            () -> {
              throw new OutOfMemoryError("thrown by a test");
            });
    for (int i = 0; i < LoopCondition.MAX_RECENT_RESTARTS; i++) {
      guarded.run();
    }
    assertFalse(loops.condition("test").needsProcessRestart());
    guarded.run();
    assertTrue(loops.condition("test").needsProcessRestart());
    time.advance(Duration.ofMinutes(11));
    assertFalse(loops.condition("test").needsProcessRestart());
    assertEquals(LoopCondition.MAX_RECENT_RESTARTS + 1, loops.condition("test").restarts());
  }

  @Test
  void missingClassesAreNotReportedWhileTheServerStops() throws Exception {
    Scripted work = new Scripted();
    BackgroundLoop loop = loops.start("test", work);
    loops.markStopping();
    work.throwing(new NoClassDefFoundError("taken away"));
    assertTrue(loop.join(TIMEOUT_MILLIS));
    assertEquals(List.of(), work.errors);
    assertEquals(0, loops.condition("test").restarts());
  }

  @Test
  void aSupervisedTaskRunsAgainOnItsThreadUntilItReturns() throws Exception {
    BlockingQueue<Runnable> rounds = new LinkedBlockingQueue<>();
    rounds.add(
        () -> {
          throw new StackOverflowError("thrown by a test");
        });
    rounds.add(
        () -> {
          throw new IllegalStateException("thrown by a test");
        });
    rounds.add(() -> {});
    List<Thread> on = new ArrayList<>();
    Thread thread =
        loops
            .supervised("test")
            .newThread(
                () -> {
                  on.add(Thread.currentThread());
                  rounds.remove().run();
                });
    thread.start();
    thread.join(TIMEOUT_MILLIS);
    assertFalse(thread.isAlive());
    assertEquals(List.of(thread, thread, thread), on);
    assertEquals(2, loops.condition("test").restarts());
    assertEquals(2, loops.condition("test").failures());
  }

  @Test
  void aPauseEndsWhenTheLoopCloses() throws Exception {
    CompletableFuture<BackgroundLoop> self = new CompletableFuture<>();
    BackgroundLoop loop = loops.start("test", () -> self.join().pause(Long.MAX_VALUE));
    self.complete(loop);
    loop.close();
    assertTrue(loop.join(TIMEOUT_MILLIS));
  }

  @Test
  void theSameFailureIsLoggedOnceUntilItChangesOrEnds() {
    try (LogCapture log = new LogCapture(BackgroundLoops.class)) {
      List<RuntimeException> next = new ArrayList<>();
      Runnable guarded =
          loops.guarded(
              "counting sheep",
              () -> {
                if (!next.isEmpty()) {
                  throw next.remove(0);
                }
              });
      for (int i = 0; i < 5; i++) {
        next.add(new IllegalStateException("at " + i));
      }
      next.add(new IllegalArgumentException("another"));
      for (int i = 0; i < 8; i++) {
        guarded.run();
      }
      assertEquals(
          List.of(
              "counting sheep failed; trying again",
              "counting sheep failed; trying again",
              "counting sheep works again"),
          log.text().lines().toList());
    }
  }

  @Test
  void aLastingFailureIsLoggedAgainWithItsCount() {
    try (LogCapture log = new LogCapture(BackgroundLoops.class)) {
      Runnable guarded =
          loops.guarded(
              "counting sheep",
              () -> {
                throw new IllegalStateException("no sheep");
              });
      for (int i = 0; i < 4; i++) {
        guarded.run();
      }
      time.advance(Duration.ofMinutes(10));
      guarded.run();
      assertEquals(
          "counting sheep still fails, 3 times since the last message",
          log.text().lines().reduce((first, last) -> last).orElseThrow());
      assertEquals(5, loops.condition("counting sheep").failures());
    }
  }

  @Test
  void aNameListenerReceivesExistingAndLaterNames() {
    List<String> names = new ArrayList<>();
    loops.guarded("early", () -> {});
    loops.addNameListener(names::add);
    loops.guarded("late", () -> {});
    loops.guarded("late", () -> {});
    assertEquals(List.of("early", "late"), names);
  }
}
