package io.broadcasty.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a servlet's input without blocking. The container says that bytes are there on a
 * thread of its own, which may be the one that serves all its sockets, and some containers want
 * them taken out before that call returns; so they are taken out there, and handed on by an
 * executor, in order, one call at a time. While much waits to be handed on, nothing is read, and
 * the peer feels it.
 *
 * <p>Open Liberty gives each call a thread that may block, and reads on by itself as soon as the
 * call returns, dropping a byte that was not taken out; there the call waits for room.
 *
 * <p>Keeps no buffer while nothing comes.
 */
public final class NonBlockingInput implements ReadListener {

  /** Gets what was read, on the executor, one call at a time. */
  public interface Receiver {

    /** Bytes that are the receiver's own. May block. */
    void onBytes(byte[] bytes);

    /**
     * Nothing more comes.
     *
     * @param failure null when the peer has ended the stream
     */
    void onEnd(@Nullable Throwable failure);
  }

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int MAX_WAITING_BYTES = 64 * 1024;
  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

  private final ServletInputStream in;
  private final Executor executor;
  private final Receiver receiver;
  private final boolean waits;

  private final AtomicInteger calls = new AtomicInteger();

  @GuardedBy("this")
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(0);

  @GuardedBy("this")
  private int waitingBytes;

  @GuardedBy("this")
  private boolean handing;

  @GuardedBy("this")
  private boolean paused;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private @Nullable Throwable failure;

  /** Reads nothing before {@link #begin}. */
  public NonBlockingInput(ServletInputStream in, Executor executor, Receiver receiver) {
    this.in = in;
    this.executor = executor;
    this.receiver = receiver;
    this.waits = OpenLiberty.made(in);
  }

  /** Lets the container say when bytes are there. */
  public void begin() {
    in.setReadListener(this);
  }

  @Override
  public void onDataAvailable() {
    takeIn();
  }

  @Override
  public void onAllDataRead() {
    end(null);
  }

  @Override
  public void onError(Throwable cause) {
    end(cause);
  }

  /** A call that comes while another takes in is the other's to answer. */
  private void takeIn() {
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
    } catch (IOException | RuntimeException e) { // what the container says of a closed stream
      end(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(e);
    }
  }

  private synchronized boolean isFull() throws InterruptedException {
    while (waits && !ended && waitingBytes >= MAX_WAITING_BYTES) {
      wait();
    }
    paused = waitingBytes >= MAX_WAITING_BYTES;
    return paused || ended;
  }

  private void add(byte[] bytes) {
    synchronized (this) {
      waiting.add(bytes);
      waitingBytes += bytes.length;
    }
    hand();
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
    hand();
  }

  private void hand() {
    synchronized (this) {
      if (handing) {
        return;
      }
      handing = true;
    }
    executor.execute(this::handOn);
  }

  private void handOn() {
    while (true) {
      byte[] next;
      boolean over;
      boolean goOn;
      synchronized (this) {
        next = waiting.poll();
        over = next == null && ended;
        goOn = next == null && !ended && paused;
        paused &= !goOn;
        handing = next != null || over || goOn;
        if (next != null) {
          waitingBytes -= next.length;
          notifyAll();
        }
      }
      if (next != null) {
        receiver.onBytes(next);
      } else if (goOn) {
        takeIn(); // the container waits for that, and does not call meanwhile
      } else {
        if (over) {
          receiver.onEnd(failure);
        }
        return; // after the end, the handing never ends, so that it is told once
      }
    }
  }
}
