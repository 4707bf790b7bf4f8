package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.memory.MemoryBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Buffers the frames that wait to be written to one connection, bounded in bytes.
 *
 * <p>A frame that does not fit ends the outbox: all waiting frames are dropped and the owner is
 * told once. One write is under way at a time; frames added meanwhile go out together in the next
 * one.
 *
 * <p>What waits behind a write that is under way is counted in the budget of the node's outboxes. A
 * connection that is written to at once does not touch the budget. A write without progress is
 * counted too, after the end as well, until the transport reports that it has ended.
 *
 * <p>{@link #offer} never blocks: the executor's threads write, or the thread on which the
 * transport reports. An executor that rejects tasks means that the node is stopping: the outbox
 * then ends without notifying its owner.
 */
@ThreadSafe
public final class Outbox implements FrameWriter.Done {

  /** Notified once, on a thread of the executor, when an outbox ends. */
  public interface Owner {

    /**
     * Called when the waiting frames exceed the bound.
     *
     * @param waitingBytes the size of the frames that waited and are dropped
     */
    void onOverflow(long waitingBytes);

    /**
     * Called when the transport could not write.
     *
     * @param waitingBytes the size of the frames that waited and are dropped
     */
    void onFailure(Throwable failure, long waitingBytes);
  }

  private static final int MAX_FRAMES_PER_WRITE = 128;
  private static final int MAX_BYTES_PER_WRITE = 128 * 1024;

  /**
   * The bound of an outbox without progress is divided by this while the node's memory is short.
   */
  private static final int SHORT_DIVISOR = 8;

  private volatile long maxBytes;
  private final OutboxMemory memory;
  private final Executor executor;
  private final FrameWriter writer;
  private final Owner owner;

  @GuardedBy("this")
  private @Nullable EncodedFrame first; // waits; mostly the only one

  @GuardedBy("this")
  private @Nullable ArrayDeque<EncodedFrame> others; // wait after the first

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long writtenBytes;

  @GuardedBy("this")
  private long reportedBytes;

  @GuardedBy("this")
  private int writingBytes;

  @GuardedBy("this")
  private int writingMessageBytes;

  @GuardedBy("this")
  private boolean writing;

  /** Whether a thread is in {@link #pump}; prevents recursion when a transport reports at once. */
  @GuardedBy("this")
  private boolean pumping;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private long sweptBytes;

  @GuardedBy("this")
  private int stalledSweeps;

  @GuardedBy("this")
  private @Nullable Runnable whenRoom;

  @GuardedBy("this")
  private @Nullable CompletableFuture<Void> roomFuture;

  @GuardedBy("this")
  private @Nullable Runnable whenDrained;

  private final Runnable pump = this::pump;

  /**
   * Creates an empty outbox.
   *
   * @param maxBytes the bound, over frames that wait and frames that are being written
   * @param budget counts what the outboxes of the node hold because clients do not read
   * @param executor runs the writes; many outboxes share it
   */
  public Outbox(
      long maxBytes, MemoryBudget budget, Executor executor, FrameWriter writer, Owner owner) {
    this.maxBytes = maxBytes;
    this.memory = new OutboxMemory(budget);
    this.executor = executor;
    this.writer = writer;
    this.owner = owner;
  }

  /** Sets the bound, which applies to frames added from now on. */
  public void setMaxBytes(long bytes) {
    if (maxBytes != bytes) {
      maxBytes = bytes;
    }
  }

  /**
   * Adds a frame.
   *
   * @return false when the frame was not added, because the outbox has ended or ends now
   */
  public boolean offer(EncodedFrame frame) {
    boolean start;
    synchronized (this) {
      if (closed) {
        return false;
      }
      if (bytes > 0 && exceedsBound(bytes + frame.sizeBytes())) {
        long waited = bytes;
        end();
        run(() -> owner.onOverflow(waited));
        return false;
      }
      bytes += frame.sizeBytes();
      enqueue(frame);
      countBacklog();
      start = !writing;
      writing = true;
    }
    return !start || run(pump);
  }

  /**
   * Notes whether frames have been written since the last call; called about once a second.
   *
   * @return the number of calls in a row for which something has waited without progress
   */
  public synchronized int sweep() {
    stalledSweeps = bytes > 0 && writtenBytes == sweptBytes ? stalledSweeps + 1 : 0;
    sweptBytes = writtenBytes;
    if (stalledSweeps > 0) {
      memory.writeStalls(writingBytes);
    }
    return stalledSweeps;
  }

  @GuardedBy("this")
  private boolean exceedsBound(long wanted) {
    return wanted > maxBytes
        || (stalledSweeps > 0 && wanted > maxBytes / SHORT_DIVISOR && memory.isShort());
  }

  /**
   * Returns whether at most half of the bound is in use, and much less while the node's memory is
   * short; a replay continues only then.
   */
  public synchronized boolean hasRoom() {
    return bytes <= maxBytes / 2 && (bytes <= maxBytes / 2 / SHORT_DIVISOR || !memory.isShort());
  }

  /**
   * Runs the action on the executor as soon as there is room, perhaps at once. Only the latest
   * action is kept. Never runs after the outbox has ended.
   */
  public void whenRoom(Runnable action) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (!hasRoom()) {
        whenRoom = action;
        return;
      }
    }
    run(action);
  }

  /**
   * Returns a future that completes once there is room or the outbox has ended, perhaps at once.
   * For a producer that may be delayed, such as one that answers its client.
   */
  public synchronized CompletableFuture<Void> whenRoomOrEnded() {
    if (closed || hasRoom()) {
      return CompletableFuture.completedFuture(null);
    }
    if (roomFuture == null) {
      roomFuture = new CompletableFuture<>();
    }
    return roomFuture;
  }

  /**
   * Rejects further frames except a last one, writes the waiting frames and that one, then runs the
   * action on the executor. The action also runs when the transport fails before all is written,
   * but not when the outbox has ended before.
   */
  public void closeAfter(EncodedFrame last, Runnable action) {
    boolean start;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      whenRoom = null;
      bytes += last.sizeBytes();
      enqueue(last);
      countBacklog();
      whenDrained = action;
      start = !writing;
      writing = true;
    }
    if (start) {
      run(pump);
    }
  }

  /** Rejects further frames and drops the waiting ones. */
  public synchronized void close() {
    end();
  }

  /** Returns how many bytes of messages have been written so far. */
  public synchronized long writtenBytes() {
    return writtenBytes;
  }

  /** Returns how many bytes of messages have been written since the last call. */
  public synchronized long newlyWrittenBytes() {
    long more = writtenBytes - reportedBytes;
    reportedBytes = writtenBytes;
    return more;
  }

  /** Returns the number of bytes that wait or are being written. */
  public synchronized long pendingBytes() {
    return bytes;
  }

  @Override
  public void accept(@Nullable Throwable failure) {
    if (failure != null) {
      boolean first;
      Runnable drained;
      long waited;
      synchronized (this) {
        first = !closed;
        waited = bytes;
        writing = false;
        writingBytes = 0;
        end();
        drained = whenDrained;
        whenDrained = null;
      }
      if (first) {
        run(() -> owner.onFailure(failure, waited));
      }
      if (drained != null) {
        run(drained);
      }
      return;
    }
    synchronized (this) {
      memory.writeEnded();
      bytes -= writingBytes;
      writtenBytes += writingMessageBytes;
      writingMessageBytes = 0;
      writingBytes = 0;
      if (hasRoom()) {
        notifyRoom();
      }
      if (pumping) {
        return; // pump() runs again after the write
      }
    }
    pump();
  }

  private void pump() {
    synchronized (this) {
      if (pumping) {
        return;
      }
      pumping = true;
    }
    for (List<EncodedFrame> batch = nextBatch(); batch != null; batch = nextBatch()) {
      write(batch);
    }
  }

  private void write(List<EncodedFrame> batch) {
    try {
      writer.write(batch, this);
    } catch (RuntimeException e) {
      accept(e);
    } catch (Error e) { // the event loop handles the Error for its other connections
      accept(e);
      synchronized (this) {
        pumping = false;
      }
      throw e;
    }
  }

  /**
   * Returns the frames to write now; null when none waits or a write is under way, which ends
   * {@link #pump}.
   */
  private @Nullable List<EncodedFrame> nextBatch() {
    Runnable roomAction = null;
    Runnable drained = null;
    List<EncodedFrame> batch = null;
    synchronized (this) {
      if (writingBytes > 0) {
        pumping = false;
        return null;
      }
      if (whenRoom != null && hasRoom()) {
        roomAction = whenRoom;
        whenRoom = null;
      }
      if (first == null) {
        pumping = false;
        writing = false;
        drained = whenDrained;
        whenDrained = null;
      } else {
        batch = takeBatch(first);
      }
    }
    if (roomAction != null) {
      run(roomAction);
    }
    if (drained != null) {
      run(drained);
    }
    return batch;
  }

  /** Counts the waiting frames from the moment on when they wait behind a write. */
  @GuardedBy("this")
  private void countBacklog() {
    if (!memory.isCounting() && memory.begins(writingBytes, bytes - writingBytes)) {
      memory.begin(writingBytes);
      if (first != null) {
        memory.hold(first);
      }
      if (others != null) {
        others.forEach(memory::hold);
      }
    }
  }

  @GuardedBy("this")
  private void enqueue(EncodedFrame frame) {
    if (memory.isCounting()) {
      memory.hold(frame);
    }
    if (first == null) {
      first = frame;
      return;
    }
    if (others == null) {
      others = new ArrayDeque<>();
    }
    others.add(frame);
  }

  @GuardedBy("this")
  private List<EncodedFrame> takeBatch(EncodedFrame head) {
    writingBytes = head.sizeBytes();
    writingMessageBytes = head.messageBytes();
    first = null;
    memory.taken(head);
    if (others == null) {
      memory.nextWrite(0, true);
      return List.of(head);
    }
    List<EncodedFrame> batch = new ArrayList<>(Math.min(others.size() + 1, MAX_FRAMES_PER_WRITE));
    batch.add(head);
    first = others.poll();
    while (first != null
        && batch.size() < MAX_FRAMES_PER_WRITE
        && writingBytes < MAX_BYTES_PER_WRITE) {
      batch.add(first);
      memory.taken(first);
      writingBytes += first.sizeBytes();
      writingMessageBytes += first.messageBytes();
      first = others.poll();
    }
    if (first == null) {
      others = null; // an idle connection keeps no large queue
    }
    memory.nextWrite(writingBytes, first == null);
    countBacklog();
    return batch;
  }

  /**
   * Runs a task on the executor; ends the outbox and returns false when the executor rejects it.
   */
  private boolean run(Runnable task) {
    try {
      executor.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      close();
      return false;
    }
  }

  @GuardedBy("this")
  private void end() {
    closed = true;
    if (memory.isCounting()) {
      if (first != null) {
        memory.taken(first);
      }
      if (others != null) {
        others.forEach(memory::taken);
      }
    }
    memory.outboxEnded(writingBytes);
    bytes = writingBytes;
    first = null;
    others = null;
    whenRoom = null;
    notifyRoom();
  }

  @GuardedBy("this")
  private void notifyRoom() {
    if (roomFuture != null) {
      roomFuture.complete(null); // only a waiting thread reacts to it
      roomFuture = null;
    }
  }
}
