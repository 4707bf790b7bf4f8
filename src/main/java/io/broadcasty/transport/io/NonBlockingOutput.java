package io.broadcasty.transport.io;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.FrameWriter;
import io.broadcasty.delivery.hub.WireFormat;
import io.broadcasty.transport.container.AbortableOutput;
import io.broadcasty.transport.container.OpenLibertyInternals;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames to a servlet's output without blocking: all frames of one call in one write. The
 * container keeps bytes that the peer does not accept at once, and reports when it has sent them
 * (Servlet 6.0, {@link WriteListener}).
 *
 * <p>Supports one write at a time, from any thread; the container reports on its own threads.
 */
public final class NonBlockingOutput implements FrameWriter, WriteListener {

  /**
   * The size for the container's own buffer ({@code setBufferSize}). Writes are flushed at once, so
   * bytes only pass through it; Grizzly allocates a new one for every write, of 8 KB by default.
   */
  public static final int BUFFER_BYTES = 512;

  private static final VarHandle WAITING = field("waiting", Write.class);
  private static final VarHandle BUSY = field("busy", boolean.class);

  /** A write under way: first written, then flushed. */
  private static final class Write {
    private byte @Nullable [] bytes; // null once the container has them
    private final Done done;

    Write(byte[] bytes, Done done) {
      this.bytes = bytes;
      this.done = done;
    }
  }

  private final ServletOutputStream out;
  private final WireFormat format;

  /** Runs the writes where they may block; null where they do not. */
  private final @Nullable Executor blocking;

  /**
   * The write that continues when the container is ready; the thread that takes it out continues
   * it.
   */
  @SuppressWarnings("UnusedVariable") // read through WAITING
  private volatile @Nullable Write waiting;

  /** Whether a write is under way, or the last one has been written. */
  @SuppressWarnings("UnusedVariable") // read through BUSY
  private volatile boolean busy;

  private volatile @Nullable Write last;
  private volatile boolean begun;
  private volatile @Nullable Throwable broken;

  /**
   * Creates an output that writes nothing before {@link #begin}.
   *
   * @param blocking runs the writes where the container's flush may block nevertheless, as on Open
   *     Liberty
   */
  public NonBlockingOutput(ServletOutputStream out, WireFormat format, Executor blocking) {
    this.out = out;
    this.format = format;
    this.blocking = OpenLibertyInternals.flushBlocks(out) ? blocking : null;
  }

  /** Registers with the container, which soon reports that it accepts bytes. */
  public void begin() {
    out.setWriteListener(this);
  }

  @Override
  public void write(List<EncodedFrame> frames, Done done) {
    write(frames.size() == 1 ? frames.get(0).bytes(format) : format.encode(frames), done);
  }

  /** Writes bytes, which must not be changed afterwards. */
  public void write(byte[] bytes, Done done) {
    if (BUSY.compareAndSet(this, false, true)) {
      start(new Write(bytes, done));
    } else {
      done.accept(new IOException("The connection is being closed"));
    }
  }

  /**
   * Writes bytes as soon as no other write is under way, and rejects all further writes. Only the
   * first call has an effect.
   */
  public void writeLast(byte[] bytes, Done done) {
    synchronized (this) {
      if (last != null) {
        return;
      }
      last = new Write(bytes, done);
    }
    if (BUSY.compareAndSet(this, false, true)) {
      start(last);
    }
  }

  private void start(Write write) {
    if (begun) {
      continueWrite(write);
      return;
    }
    waiting = write;
    if (begun) {
      resume();
    }
  }

  @Override
  public void onWritePossible() {
    begun = true;
    resume();
  }

  @Override
  public void onError(Throwable failure) {
    broken = failure;
    begun = true;
    resume();
  }

  /** Returns whether a write waits for the peer to read. */
  public boolean isWaiting() {
    return waiting != null;
  }

  /** Lets the container write the end of a response, after the last write. */
  public void endWrites() {
    if (out instanceof AbortableOutput output) {
      output.endWrites();
    }
  }

  /**
   * Fails the write that waits, if there is one, and drops what the container keeps where it can.
   * Call it when the connection is given up; nothing can be written afterwards.
   */
  public void abort() {
    if (out instanceof AbortableOutput output) {
      output.abort();
    }
    onError(new IOException("The connection was closed"));
  }

  private void resume() {
    Write write = (Write) WAITING.getAndSet(this, null);
    if (write != null) {
      continueWrite(write);
    }
  }

  private void continueWrite(Write write) {
    if (blocking == null) {
      perform(write);
    } else {
      blocking.execute(() -> perform(write));
    }
  }

  private void perform(Write write) {
    try {
      while (isReadyFor(write)) {
        Throwable failure = broken;
        if (failure != null) {
          throw new IOException("The connection is broken", failure);
        }
        byte[] bytes = write.bytes;
        if (bytes == null) {
          out.flush();
          done(write);
          return;
        }
        write.bytes = null;
        out.write(bytes); // a whole array, since Undertow ignores offset and length
      }
    } catch (IOException | RuntimeException e) { // containers throw these for a closed stream
      write.done.accept(e); // the output stays busy and accepts no more writes
    }
  }

  /**
   * Returns whether this thread continues the write; otherwise the container's call does. Checked
   * before every step, since Open Liberty lets only that thread write that has just asked.
   */
  private boolean isReadyFor(Write write) {
    waiting = write;
    boolean ready = broken != null || out.isReady();
    return ready && WAITING.compareAndSet(this, write, null);
  }

  private void done(Write write) {
    if (write != last) {
      busy = false;
      Write next = last;
      if (next != null && BUSY.compareAndSet(this, false, true)) {
        start(next);
      }
    }
    write.done.accept(null);
  }

  /**
   * Returns a handle of a field. A field instead of an atomic object saves one memory access for
   * each delivery.
   */
  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(NonBlockingOutput.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
