package io.broadcasty.transport.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.transport.container.OpenLibertyInternals;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a servlet's input without blocking, and passes the bytes to a receiver.
 *
 * <p>The container reports available bytes on a thread of its own, which may be the one that serves
 * all its sockets, and some containers require the bytes to be read before that call returns. They
 * are therefore read there and passed on by an executor, in order, one call at a time. While too
 * many bytes wait for the receiver, nothing is read, which slows the peer down.
 *
 * <p>Open Liberty makes each call on a thread that may block, and reads on as soon as the call
 * returns, losing a byte that was not read; there the call waits until there is room.
 *
 * <p>Keeps no buffer while no bytes arrive. Bytes that wait are reserved in a memory budget; a
 * refused reservation ends the input.
 */
public final class NonBlockingInput implements ReadListener {

  /** Receives what was read, on the executor, one call at a time. */
  public interface Receiver {

    /** Receives bytes; the receiver owns the array. May block. */
    void onBytes(byte[] bytes);

    /**
     * Called when no more bytes follow.
     *
     * @param failure null when the peer has ended the stream or the input was {@linkplain #close
     *     closed}; an {@link OverloadedException} when there was no memory for more bytes
     */
    void onEnd(@Nullable Throwable failure);
  }

  /** Says that the budget had no room for bytes that arrived. */
  public static final class OverloadedException extends IOException {

    private static final long serialVersionUID = 1L;

    private OverloadedException() {
      super("no memory is left for incoming bytes");
    }
  }

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int MAX_WAITING_BYTES = 64 * 1024;

  /** What an array and its place in the queue take besides its bytes. */
  private static final int PIECE_BYTES = 32;

  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

  private final ServletInputStream in;
  private final Executor executor;
  private final Receiver receiver;
  private final boolean mayBlock;

  @GuardedBy("this")
  private final MemoryReservation memory;

  private final AtomicInteger calls = new AtomicInteger();

  @GuardedBy("this")
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(0);

  @GuardedBy("this")
  private int waitingBytes;

  @GuardedBy("this")
  private boolean delivering;

  @GuardedBy("this")
  private boolean paused;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private @Nullable Throwable failure;

  /**
   * Creates an input that reads nothing before {@link #begin}.
   *
   * @param memory for the bytes that wait; the input alone changes its size
   */
  public NonBlockingInput(
      ServletInputStream in, Executor executor, MemoryReservation memory, Receiver receiver) {
    this.in = in;
    this.executor = executor;
    this.memory = memory;
    this.receiver = receiver;
    this.mayBlock = OpenLibertyInternals.owns(in);
  }

  /** Starts reading. */
  public void begin() {
    in.setReadListener(this);
  }

  /** Reads nothing more, drops the bytes that wait, and reports the end unless that is done. */
  public void close() {
    synchronized (this) {
      waiting.clear();
      waitingBytes = 0;
      memory.close();
    }
    end(null);
  }

  @Override
  public void onDataAvailable() {
    readAvailable();
  }

  @Override
  public void onAllDataRead() {
    end(null);
  }

  @Override
  public void onError(Throwable cause) {
    end(cause);
  }

  /**
   * Reads the available bytes. When another thread is reading, it only makes that thread read
   * again.
   */
  private void readAvailable() {
    if (calls.getAndIncrement() == 0) {
      int answered = 1;
      do {
        read();
        answered = calls.addAndGet(-answered);
      } while (answered != 0);
    }
  }

  private void read() {
    byte[] buffer = BUFFERS.get();
    try {
      while (!isFull() && in.isReady()) {
        int length = in.read(buffer);
        if (length < 0) {
          end(null);
          return;
        }
        add(Arrays.copyOf(buffer, length));
      }
    } catch (IOException | RuntimeException e) { // containers throw these for a closed stream
      end(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(e);
    }
  }

  private synchronized boolean isFull() throws InterruptedException {
    while (mayBlock && !ended && waitingBytes >= MAX_WAITING_BYTES) {
      wait();
    }
    paused = waitingBytes >= MAX_WAITING_BYTES;
    return paused || ended;
  }

  private void add(byte[] bytes) {
    synchronized (this) {
      if (ended) {
        return;
      }
      if (reserve(bytes.length, 1)) {
        waiting.add(bytes);
        waitingBytes += bytes.length;
      } else {
        ended = true;
        failure = new OverloadedException();
      }
    }
    scheduleDelivery();
  }

  @GuardedBy("this")
  private boolean reserve(int moreBytes, int morePieces) {
    return memory.resize(
        waitingBytes + moreBytes + (long) PIECE_BYTES * (waiting.size() + morePieces));
  }

  private void end(@Nullable Throwable cause) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      failure = cause;
      notifyAll();
    }
    scheduleDelivery();
  }

  private void scheduleDelivery() {
    synchronized (this) {
      if (delivering) {
        return;
      }
      delivering = true;
    }
    executor.execute(this::deliver);
  }

  private void deliver() {
    while (true) {
      byte[] next;
      boolean over;
      boolean goOn;
      Throwable why;
      synchronized (this) {
        next = waiting.poll();
        over = next == null && ended;
        why = failure;
        goOn = next == null && !ended && paused;
        paused &= !goOn;
        delivering = next != null || over || goOn;
        if (next != null) {
          waitingBytes -= next.length;
          reserve(0, 0);
          notifyAll();
        }
      }
      if (next != null) {
        receiver.onBytes(next);
      } else if (goOn) {
        readAvailable(); // the container calls again only after this read
      } else {
        if (over) {
          receiver.onEnd(why);
        }
        return; // after the end `delivering` stays true, so that the end is reported once
      }
    }
  }
}
