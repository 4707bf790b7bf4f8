package io.broadcasty.delivery.hub;

import io.broadcasty.core.memory.MemoryBudget;

/**
 * Counts what one outbox holds because its client does not read: the frames that wait behind a
 * write, each once for all outboxes that hold it, and the write itself, which is the connection's
 * own copy: also one behind which nothing waits, if it makes no progress or its outbox has ended,
 * until the connection is closed. Used under the outbox's monitor.
 */
final class OutboxMemory {

  /** Less is not counted, so that writes that take a moment do not touch the budget. */
  private static final long COUNTED_FROM_BYTES = 2048;

  private final MemoryBudget budget;
  private boolean counting;
  private int writingBytes;

  OutboxMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  boolean isShort() {
    return budget.isExceeded();
  }

  /** Returns whether the waiting frames are counted. */
  boolean isCounting() {
    return counting;
  }

  /** Returns whether counting begins with these bytes being written and these waiting. */
  boolean begins(int writing, long waiting) {
    return writing > 0 && waiting > COUNTED_FROM_BYTES;
  }

  /** Begins to count; the caller then holds each frame that waits. */
  void begin(int writing) {
    counting = true;
    setWriting(writing);
  }

  void hold(EncodedFrame frame) {
    frame.hold(budget);
  }

  /** Releases a frame that does not wait any more. */
  void taken(EncodedFrame frame) {
    if (counting) {
      frame.release(budget);
    }
  }

  /** Releases the write that has ended. */
  void writeEnded() {
    setWriting(0);
  }

  /**
   * Counts the next write.
   *
   * @param last whether nothing waits behind it, which ends the counting
   */
  void nextWrite(int writing, boolean last) {
    if (counting) {
      counting = !last;
      setWriting(last ? 0 : writing);
    }
  }

  /** Counts a write that makes no progress, although nothing may wait behind it. */
  void writeStalls(int writing) {
    setWriting(writing > COUNTED_FROM_BYTES ? writing : writingBytes);
  }

  /** Ends the counting, except of a write under way: the connection keeps it until it ends. */
  void outboxEnded(int writing) {
    counting = false;
    setWriting(writing > COUNTED_FROM_BYTES ? writing : 0);
  }

  private void setWriting(int bytes) {
    if (bytes != writingBytes) {
      budget.reserveAnyway((long) bytes - writingBytes);
      writingBytes = bytes;
    }
  }
}
