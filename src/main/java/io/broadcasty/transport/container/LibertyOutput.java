package io.broadcasty.transport.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A servlet output that writes directly to a connection of Open Liberty's channel framework:
 * without the 8 KB that Liberty's own output keeps for each connection, and without its blocking
 * flush. Behaves as Servlet 6.0 specifies for an output with a {@link WriteListener}; without one
 * it cannot be written.
 *
 * <p>Supports one write at a time, from any thread.
 */
final class LibertyOutput extends ServletOutputStream {

  /** The size of the shared buffers; a larger write allocates its own. */
  private static final int SHARED_BYTES = 64 * 1024;

  /**
   * The buffer that a thread copies bytes into, since the framework writes only direct buffers, and
   * the framework's view of it. Neither is of an application class, so a server's thread does not
   * retain the application. Empty while the framework uses the buffer.
   */
  private static final ThreadLocal<Object @Nullable []> BUFFER = new ThreadLocal<>();

  private enum State {
    READY,
    WRITING,
    /** A write is under way, and the listener is to be notified of its end. */
    WRITING_AWAITED
  }

  private final LibertyChannel channel;
  private final Object writer;
  private final Object callback;
  private final AtomicReference<State> state = new AtomicReference<>(State.READY);
  private volatile @Nullable WriteListener listener;
  private volatile @Nullable IOException broken;

  /**
   * Creates an output without a listener.
   *
   * @param writer the connection's {@code TCPWriteRequestContext}
   */
  LibertyOutput(LibertyChannel channel, Object writer) {
    this.channel = channel;
    this.writer = writer;
    this.callback = channel.callback(this::onWritten);
  }

  @Override
  public void setWriteListener(WriteListener writeListener) {
    listener = writeListener;
    try {
      writeListener.onWritePossible();
    } catch (IOException e) {
      writeListener.onError(e);
    }
  }

  @Override
  public boolean isReady() {
    return state.get() == State.READY || !state.compareAndSet(State.WRITING, State.WRITING_AWAITED);
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    IOException failure = broken;
    if (failure != null) {
      throw new IOException("The connection is broken", failure);
    }
    Object[] buffer = buffer(bytes.length);
    ByteBuffer direct = (ByteBuffer) buffer[0];
    direct.clear().put(bytes).flip();
    state.set(State.WRITING);
    if (channel.write(writer, buffer[1], callback)) {
      state.set(State.READY);
      if (direct.capacity() == SHARED_BYTES) {
        BUFFER.set(buffer);
      }
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    write(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b});
  }

  /** Does nothing, since every write is sent at once. */
  @Override
  public void flush() {}

  private void onWritten(@Nullable IOException failure) throws IOException {
    broken = failure;
    State before = state.getAndSet(State.READY);
    WriteListener current = listener;
    if (current == null) {
      return;
    }
    if (failure != null) {
      current.onError(failure);
    } else if (before == State.WRITING_AWAITED) {
      current.onWritePossible();
    }
  }

  private Object[] buffer(int length) {
    if (length <= SHARED_BYTES) {
      Object[] mine = BUFFER.get();
      if (mine != null) {
        BUFFER.remove();
        return mine;
      }
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(Math.max(length, SHARED_BYTES));
    return new Object[] {direct, channel.view(direct)};
  }
}
