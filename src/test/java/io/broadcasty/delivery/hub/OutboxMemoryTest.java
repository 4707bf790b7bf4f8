package io.broadcasty.delivery.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What outboxes count in the budget of the node. */
class OutboxMemoryTest {

  private static final long MAX_BYTES = 100_000;
  private static final int FRAME = 4_000;

  private final MemoryBudget budget = new MemoryBudget(MemoryArea.OUTBOXES, 10_000, 100);
  private final List<String> ended = new ArrayList<>();

  /** A connection whose writes end when the test says so. */
  private final class Connection implements Outbox.Owner {
    final ArrayDeque<FrameWriter.Done> underWay = new ArrayDeque<>();
    final Outbox outbox;
    boolean reading;

    Connection() {
      outbox =
          new Outbox(
              MAX_BYTES,
              budget,
              Runnable::run,
              (frames, done) -> {
                if (reading) {
                  done.accept(null);
                } else {
                  underWay.add(done);
                }
              },
              this);
    }

    void writeEnds() {
      underWay.remove().accept(null);
    }

    @Override
    public void onOverflow(long waitingBytes) {
      ended.add("overflow");
    }

    @Override
    public void onFailure(Throwable failure, long waitingBytes) {
      ended.add("failure");
    }
  }

  private static EncodedFrame frame() {
    return EncodedFrame.message("x".repeat(FRAME - 32));
  }

  @Test
  void aConnectionThatIsWrittenToAtOnceCountsNothing() {
    Connection connection = new Connection();
    connection.reading = true;
    for (int i = 0; i < 100; i++) {
      connection.outbox.offer(frame());
      assertEquals(0, budget.usedBytes());
    }
  }

  @Test
  void aWriteThatTakesAMomentCountsNothing() {
    Connection connection = new Connection();
    connection.outbox.offer(frame());
    connection.outbox.offer(EncodedFrame.message("x"));
    assertEquals(0, budget.usedBytes());
    connection.writeEnds();
    connection.writeEnds();
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aFrameThatWaitsForManyConnectionsCountsOnceAndAWriteForEach() {
    List<Connection> connections = List.of(new Connection(), new Connection(), new Connection());
    EncodedFrame shared = frame();
    for (Connection connection : connections) {
      connection.outbox.offer(frame());
      connection.outbox.offer(shared);
    }
    assertEquals(4 * FRAME, budget.usedBytes(), "three writes and the shared frame");
    connections.get(0).writeEnds();
    assertEquals(3 * FRAME, budget.usedBytes(), "nothing waits behind the first one's write");
    connections.get(1).outbox.close();
    assertEquals(3 * FRAME, budget.usedBytes(), "the connection still has its write");
    connections.get(2).underWay.remove().accept(new IllegalStateException("broken"));
    assertEquals(FRAME, budget.usedBytes());
    connections.get(0).writeEnds();
    assertEquals(FRAME, budget.usedBytes());
    connections.get(1).writeEnds();
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aWriteBehindWhichNothingWaitsCountsOnceItMakesNoProgress() {
    Connection connection = new Connection();
    connection.outbox.offer(frame());
    connection.writeEnds();
    connection.outbox.offer(frame());
    connection.outbox.sweep();
    assertEquals(0, budget.usedBytes(), "there has been progress");
    connection.outbox.sweep();
    assertEquals(FRAME, budget.usedBytes());
    connection.outbox.offer(frame());
    connection.writeEnds();
    connection.writeEnds();
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aWriteUnderWayAtTheEndCountsUntilTheConnectionIsClosed() {
    Connection connection = new Connection();
    connection.outbox.offer(frame());
    connection.outbox.close();
    connection.outbox.close();
    assertEquals(FRAME, budget.usedBytes());
    connection.underWay.remove().accept(new IllegalStateException("closed"));
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void replaysHaveLessRoomWhileTheNodeIsShortOfMemory() {
    Connection connection = new Connection();
    connection.outbox.offer(frame());
    connection.outbox.offer(frame());
    assertTrue(connection.outbox.hasRoom());
    budget.reserveAnyway(10_000);
    assertFalse(connection.outbox.hasRoom());
    connection.writeEnds();
    assertTrue(connection.outbox.hasRoom(), "some room is left");
    budget.release(10_000);
  }

  @Test
  void whatIsWrittenBeforeTheCloseIsReleased() {
    Connection connection = new Connection();
    for (int i = 0; i < 5; i++) {
      connection.outbox.offer(frame());
    }
    connection.outbox.closeAfter(frame(), () -> {});
    assertEquals(6 * FRAME, budget.usedBytes());
    connection.writeEnds();
    connection.writeEnds();
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void aStalledOutboxHasAnEighthOfItsBoundWhileTheNodeIsShortOfMemory() {
    Connection reads = new Connection();
    Connection stalls = new Connection();
    for (Connection connection : List.of(reads, stalls)) {
      connection.outbox.offer(frame());
      connection.outbox.offer(frame());
      connection.outbox.offer(frame());
    }
    reads.writeEnds();
    reads.outbox.offer(frame());
    assertEquals(0, reads.outbox.sweep());
    assertEquals(1, stalls.outbox.sweep());
    assertTrue(budget.isExceeded());
    assertTrue(reads.outbox.offer(frame()));
    assertFalse(stalls.outbox.offer(frame()));
    assertEquals(List.of("overflow"), ended);
  }
}
