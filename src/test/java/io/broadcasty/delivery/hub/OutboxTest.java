package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private static final long MAX_BYTES = 1000;

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> written = new ArrayList<>();
  private final List<Integer> batches = new ArrayList<>();
  private final ArrayDeque<FrameWriter.Done> underWay = new ArrayDeque<>();
  private final List<String> reported = new ArrayList<>();
  private boolean atOnce;

  private final MemoryBudget budget = new MemoryBudget(MemoryArea.OUTBOXES, 10_000, 100);

  private final Outbox outbox = outbox(MAX_BYTES, tasks::add);

  private Outbox outbox(long maxBytes, Executor executor) {
    FrameWriter writer =
        (frames, done) -> {
          frames.forEach(f -> written.add(f.text()));
          batches.add(frames.size());
          if (atOnce) {
            done.accept(null);
          } else {
            underWay.add(done);
          }
        };
    return new Outbox(
        maxBytes,
        budget,
        executor,
        writer,
        new Outbox.Owner() {
          @Override
          public void onOverflow(long waitingBytes) {
            reported.add("overflow");
          }

          @Override
          public void onFailure(Throwable failure, long waitingBytes) {
            reported.add("failure " + failure.getMessage());
          }
        });
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void writeEnds() {
    FrameWriter.Done done = underWay.poll();
    assertNotNull(done, "a write is under way");
    done.accept(null);
    runTasks();
  }

  private static EncodedFrame frame(String text) {
    return EncodedFrame.message(text);
  }

  /** Returns a frame that counts for 100 bytes in the outbox. */
  private static EncodedFrame hundred(char c) {
    return frame(String.valueOf(c).repeat(68));
  }

  @Test
  void batchesFramesAddedDuringAWrite() {
    outbox.offer(frame("a"));
    runTasks();
    outbox.offer(frame("b"));
    outbox.offer(frame("c"));
    runTasks();
    assertEquals(List.of("a"), written);
    writeEnds();
    assertEquals(List.of("a", "b", "c"), written);
    assertEquals(List.of(1, 2), batches);
    writeEnds();
    assertEquals(0, outbox.pendingBytes());
  }

  @Test
  void roomFutureCompletesAtHalfOrAtTheEnd() {
    assertTrue(outbox.whenRoomOrEnded().isDone());
    for (int i = 0; i < 6; i++) {
      outbox.offer(hundred('x'));
      if (i == 0) {
        runTasks();
      }
    }
    CompletableFuture<Void> room = outbox.whenRoomOrEnded();
    assertFalse(room.isDone());
    assertSame(room, outbox.whenRoomOrEnded());
    writeEnds();
    assertTrue(room.isDone());
    outbox.offer(hundred('y'));
    CompletableFuture<Void> untilTheEnd = outbox.whenRoomOrEnded();
    assertFalse(untilTheEnd.isDone());
    outbox.close();
    assertTrue(untilTheEnd.isDone());
    assertTrue(outbox.whenRoomOrEnded().isDone());
  }

  @Test
  void boundIncludesTheCurrentWriteAndOverflowIsReportedOnce() {
    for (int i = 0; i < 10; i++) {
      assertTrue(outbox.offer(hundred('x')), "the bound itself still fits");
      if (i == 0) {
        runTasks();
      }
    }
    assertEquals(MAX_BYTES, outbox.pendingBytes());
    assertFalse(outbox.offer(frame("")));
    assertFalse(outbox.offer(frame("")));
    runTasks();
    assertEquals(List.of("overflow"), reported);
    assertEquals(100, outbox.pendingBytes(), "only what is being written is left");
    writeEnds();
    assertEquals(1, written.size(), "what waited was dropped");
    assertEquals(0, outbox.pendingBytes());
  }

  @Test
  void anEmptyOutboxAcceptsAFrameLargerThanTheBound() {
    assertTrue(outbox.offer(frame("x".repeat(2000))));
    assertFalse(outbox.offer(frame("y")));
    runTasks();
    assertEquals(List.of("overflow"), reported);
  }

  @Test
  void limitsTheSizeOfAWrite() {
    Outbox wide = outbox(Long.MAX_VALUE, tasks::add);
    for (int i = 0; i < 300; i++) {
      wide.offer(frame("f"));
    }
    wide.offer(frame("x".repeat(200_000)));
    wide.offer(frame("y".repeat(200_000)));
    runTasks();
    while (!underWay.isEmpty()) {
      writeEnds();
    }
    assertEquals(List.of(128, 128, 45, 1), batches);
  }

  @Test
  void hundredThousandWritesReportedAtOnceDoNotRecurse() {
    atOnce = true;
    Outbox wide = outbox(Long.MAX_VALUE, tasks::add);
    for (int i = 0; i < 100_000; i++) {
      wide.offer(frame("x".repeat(1500)));
    }
    runTasks();
    assertEquals(100_000, written.size());
    assertTrue(batches.size() > 1000);
    assertEquals(0, wide.pendingBytes());
  }

  @Test
  void reportsRoomWhenHalfIsFree() {
    for (int i = 0; i < 6; i++) {
      outbox.offer(hundred('x'));
      runTasks();
    }
    assertFalse(outbox.hasRoom());
    outbox.whenRoom(() -> reported.add("room"));
    runTasks();
    assertEquals(List.of(), reported);
    writeEnds();
    assertEquals(List.of("room"), reported);
    outbox.whenRoom(() -> reported.add("room at once"));
    runTasks();
    assertEquals(List.of("room", "room at once"), reported);
  }

  @Test
  void closesAfterTheWaitingFramesAndTheLastOne() {
    outbox.offer(frame("a"));
    runTasks();
    outbox.offer(frame("b"));
    outbox.closeAfter(frame("the end"), () -> reported.add("drained"));
    assertFalse(outbox.offer(frame("c")));
    writeEnds();
    assertEquals(List.of(), reported);
    writeEnds();
    assertEquals(List.of("drained"), reported);
    assertEquals(List.of("a", "b", "the end"), written);
    assertEquals(0, outbox.pendingBytes());
  }

  @Test
  void aCloseOfAnIdleOutboxWritesTheLastFrameOnce() {
    outbox.closeAfter(frame("the end"), () -> reported.add("drained"));
    outbox.closeAfter(frame("another end"), () -> reported.add("twice"));
    runTasks();
    writeEnds();
    assertEquals(List.of("drained"), reported);
    assertEquals(List.of("the end"), written);
  }

  @Test
  void theLastFrameNeedsNoRoom() {
    outbox.offer(frame("a".repeat((int) MAX_BYTES)));
    runTasks();
    outbox.closeAfter(frame("the end"), () -> reported.add("drained"));
    writeEnds();
    writeEnds();
    assertEquals(List.of("drained"), reported);
  }

  /** Otherwise the connection would stay until a sweep ends it. */
  @Test
  void aFailureWhileDrainingEndsTheDrain() {
    outbox.offer(frame("a"));
    runTasks();
    outbox.closeAfter(frame("the end"), () -> reported.add("drained"));
    present(underWay.poll()).accept(new IOException("broken"));
    runTasks();
    assertEquals(List.of("drained"), reported);
  }

  private static <T> T present(T value) {
    assertNotNull(value);
    return value;
  }

  @Test
  void reportsAFailureOnceAndEnds() {
    outbox.offer(frame("a"));
    runTasks();
    outbox.offer(frame("b"));
    outbox.whenRoom(() -> reported.add("room"));
    runTasks();
    reported.clear();
    present(underWay.poll()).accept(new IOException("broken"));
    runTasks();
    assertEquals(List.of("failure broken"), reported);
    assertFalse(outbox.offer(frame("c")));
    assertEquals(0, outbox.pendingBytes());
    assertEquals(List.of("a"), written);
  }

  @Test
  void aWriterThatThrowsHasFailed() {
    Outbox throwing =
        new Outbox(
            MAX_BYTES,
            budget,
            tasks::add,
            (frames, done) -> {
              throw new IllegalStateException("thrown");
            },
            new Outbox.Owner() {
              @Override
              public void onOverflow(long waitingBytes) {}

              @Override
              public void onFailure(Throwable failure, long waitingBytes) {
                reported.add(String.valueOf(failure.getMessage()));
              }
            });
    throwing.offer(frame("a"));
    runTasks();
    assertEquals(List.of("thrown"), reported);
  }

  /** When memory runs out, other connections are affected too: their event loop has to end them. */
  @Test
  void anErrorFailsTheConnectionAndIsRethrown() {
    Outbox throwing =
        new Outbox(
            MAX_BYTES,
            budget,
            tasks::add,
            (frames, done) -> {
              throw new OutOfMemoryError("thrown by a test");
            },
            new Outbox.Owner() {
              @Override
              public void onOverflow(long waitingBytes) {}

              @Override
              public void onFailure(Throwable failure, long waitingBytes) {
                reported.add(String.valueOf(failure.getMessage()));
              }
            });
    throwing.offer(frame("a"));
    assertThrows(OutOfMemoryError.class, this::runTasks);
    runTasks();
    assertEquals(List.of("thrown by a test"), reported);
    assertFalse(throwing.offer(frame("b")));
  }

  /** A publisher must not fail because this node is being stopped. */
  @Test
  void aRejectingExecutorEndsTheOutboxWithoutNotification() {
    Outbox stopped =
        outbox(
            MAX_BYTES,
            task -> {
              throw new RejectedExecutionException("shut down");
            });
    assertFalse(stopped.offer(frame("a")));
    assertFalse(stopped.offer(frame("b")));
    stopped.whenRoom(() -> reported.add("room"));
    stopped.closeAfter(frame("the end"), () -> reported.add("drained"));
    assertEquals(List.of(), reported);
  }

  @Test
  void bytesOfMessagesAreCountedOnceTheyAreWritten() {
    outbox.offer(frame("a"));
    runTasks();
    outbox.offer(frame("bc"));
    outbox.offer(frame("é€"));
    runTasks();
    assertEquals(0, outbox.writtenBytes());
    writeEnds();
    assertEquals(1, outbox.writtenBytes());
    assertEquals(1, outbox.newlyWrittenBytes());
    assertEquals(0, outbox.newlyWrittenBytes());
    writeEnds();
    assertEquals(8, outbox.writtenBytes(), "2 and 5 more, in UTF-8");
    assertEquals(7, outbox.newlyWrittenBytes());
  }
}
