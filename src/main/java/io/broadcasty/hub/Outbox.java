package io.broadcasty.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one connection. Bounded in bytes: a frame that does not fit ends the
 * outbox, everything that waited is dropped, and the owner is told once. One write is under way at
 * a time; what came meanwhile goes out in the next one.
 *
 * <p>Safe for use by several threads. {@link #offer} never blocks: the writing is done by the
 * executor's threads or by the thread on which the transport reports. When the executor has been
 * shut down, the node stops: the outbox then ends without a word.
 */
public final class Outbox implements FrameWriter.Done {

  /** Hears how an outbox ends, once, on a thread of the executor. */
  public interface Owner {

    /** More waited than the bound allows. */
    void onOverflow();

    /** The transport could not write. */
    void onFailure(Throwable failure);
  }

  private static final int MAX_FRAMES_PER_WRITE = 128;
  private static final int MAX_BYTES_PER_WRITE = 128 * 1024;

  private final long maxBytes;
  private final Executor executor;
  private final FrameWriter writer;
  private final Owner owner;

  // guarded by this
  private ArrayDeque<EncodedFrame> waiting = new ArrayDeque<>(0);
  private long bytes;
  private int writingBytes;
  private boolean writing;
  private boolean closed;
  private @Nullable Runnable whenRoom;
  private @Nullable CompletableFuture<Void> roomAwaited;
  private @Nullable Runnable whenDrained;

  /** Set while {@link #pump} runs, so that a transport that reports at once does not recurse. */
  private final AtomicBoolean pumping = new AtomicBoolean();

  private final Runnable pump = this::pump;

  private volatile boolean again;

  /**
   * @param maxBytes the bound, over what waits and what is being written
   * @param executor runs the writes; many outboxes share it
   */
  public Outbox(long maxBytes, Executor executor, FrameWriter writer, Owner owner) {
    this.maxBytes = maxBytes;
    this.executor = executor;
    this.writer = writer;
    this.owner = owner;
  }

  /**
   * Adds a frame.
   *
   * @return false when it was not taken, because the outbox has ended or ends now
   */
  public boolean offer(EncodedFrame frame) {
    boolean start;
    synchronized (this) {
      if (closed) {
        return false;
      }
      if (bytes + frame.sizeBytes() > maxBytes && bytes > 0) {
        end();
        run(owner::onOverflow);
        return false;
      }
      bytes += frame.sizeBytes();
      waiting.add(frame);
      start = !writing;
      writing = true;
    }
    return !start || run(pump);
  }

  /** Whether at most half of the bound is in use; a replay goes on only then. */
  public synchronized boolean hasRoom() {
    return bytes <= maxBytes / 2;
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
   * Completes once there is room or the outbox has ended; at once when it is so already. For a
   * producer that may be held up for a moment, as one that answers its client may.
   */
  public synchronized CompletableFuture<Void> room() {
    if (closed || hasRoom()) {
      return CompletableFuture.completedFuture(null);
    }
    if (roomAwaited == null) {
      roomAwaited = new CompletableFuture<>();
    }
    return roomAwaited;
  }

  /**
   * Takes no more frames; what waits is still written, then the action runs on the executor. It
   * runs as well when the transport fails before all is written, and not at all when the outbox has
   * ended before.
   */
  public void closeAfterDrain(Runnable action) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      whenRoom = null;
      if (writing) {
        whenDrained = action;
        return;
      }
    }
    run(action);
  }

  /** Takes no more frames and drops what waits. */
  public synchronized void close() {
    end();
  }

  /** Bytes that wait or are being written. */
  public synchronized long pendingBytes() {
    return bytes;
  }

  @Override
  public void accept(@Nullable Throwable failure) {
    if (failure != null) {
      boolean first;
      Runnable drained;
      synchronized (this) {
        first = !closed;
        writing = false;
        writingBytes = 0;
        end();
        drained = whenDrained;
        whenDrained = null;
      }
      if (first) {
        run(() -> owner.onFailure(failure));
      }
      if (drained != null) {
        run(drained);
      }
      return;
    }
    synchronized (this) {
      bytes -= writingBytes;
      writingBytes = 0;
      if (hasRoom()) {
        tellRoom();
      }
    }
    again = true;
    pump();
  }

  private void pump() {
    again = true;
    while (again && pumping.compareAndSet(false, true)) {
      while (again) {
        again = false;
        List<EncodedFrame> batch = nextBatch();
        if (!batch.isEmpty()) {
          write(batch);
        }
      }
      pumping.set(false);
    }
  }

  private void write(List<EncodedFrame> batch) {
    try {
      writer.write(batch, this);
    } catch (RuntimeException | LinkageError e) { // a stopping server may not load classes any more
      accept(e);
    }
  }

  private List<EncodedFrame> nextBatch() {
    Runnable room = null;
    Runnable drained = null;
    List<EncodedFrame> batch = List.of();
    synchronized (this) {
      if (writingBytes > 0) {
        return batch;
      }
      if (whenRoom != null && hasRoom()) {
        room = whenRoom;
        whenRoom = null;
      }
      if (waiting.isEmpty()) {
        writing = false;
        drained = whenDrained;
        whenDrained = null;
        waiting = new ArrayDeque<>(0); // an idle connection keeps no grown queue
      } else {
        batch = takeBatch();
      }
    }
    if (room != null) {
      run(room);
    }
    if (drained != null) {
      run(drained);
    }
    return batch;
  }

  private List<EncodedFrame> takeBatch() {
    if (waiting.size() == 1) {
      EncodedFrame only = waiting.remove();
      writingBytes = only.sizeBytes();
      return List.of(only);
    }
    List<EncodedFrame> batch = new ArrayList<>(Math.min(waiting.size(), MAX_FRAMES_PER_WRITE));
    while (!waiting.isEmpty()
        && batch.size() < MAX_FRAMES_PER_WRITE
        && (batch.isEmpty() || writingBytes < MAX_BYTES_PER_WRITE)) {
      EncodedFrame frame = waiting.poll();
      batch.add(frame);
      writingBytes += frame.sizeBytes();
    }
    return batch;
  }

  /** Whether the executor took it; when it takes nothing any more, the outbox has ended. */
  private boolean run(Runnable task) {
    try {
      executor.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      close();
      return false;
    }
  }

  private void end() {
    closed = true;
    bytes = writingBytes;
    waiting.clear();
    whenRoom = null;
    tellRoom();
  }

  private void tellRoom() {
    if (roomAwaited != null) {
      roomAwaited.complete(null); // nobody acts on it but a thread that waits
      roomAwaited = null;
    }
  }
}
