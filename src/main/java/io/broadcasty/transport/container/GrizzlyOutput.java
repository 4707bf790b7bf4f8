package io.broadcasty.transport.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.AsyncQueueEnabledTransport;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * A servlet output that writes directly to Grizzly's connection: it bypasses the two buffers above
 * it and, without TLS, Grizzly's filters. Behaves as Servlet 6.0 specifies for an output with a
 * {@link WriteListener}; without one it cannot be written.
 *
 * <p>Loaded on Payara only, since only Payara has Grizzly.
 */
final class GrizzlyOutput extends ServletOutputStream implements AbortableOutput {

  /**
   * When Grizzly's queue accepts no more writes. By default it accepts four times the system's send
   * buffer, up to 16 MB, none of which the outbox would count.
   */
  private static final int MAX_QUEUE_BYTES = 32 * 1024;

  private final Connection<SocketAddress> connection;
  private final int serverMaxQueueBytes;
  private volatile @Nullable WriteListener listener;

  private final Consumer<Buffer> bufferWriter;

  private final WriteHandler writeHandler =
      new WriteHandler() {
        @Override
        public void onWritePossible() throws IOException {
          requireListener().onWritePossible();
        }

        @Override
        public void onError(Throwable failure) {
          fail(failure);
        }
      };

  /**
   * Creates an output without a listener.
   *
   * @param secure whether the connection uses TLS
   */
  GrizzlyOutput(Connection<SocketAddress> connection, boolean secure) {
    this.connection = connection;
    this.bufferWriter = secure ? throughFilters() : withoutFilters();
    this.serverMaxQueueBytes = setMaxQueueBytes(MAX_QUEUE_BYTES);
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
    if (connection.canWrite()) {
      return true;
    }
    connection.notifyCanWrite(writeHandler);
    return false;
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    if (!connection.isOpen()) {
      throw new IOException("The connection is closed");
    }
    bufferWriter.accept(new ByteBufferWrapper(ByteBuffer.wrap(bytes)));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    write(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b});
  }

  /** Sets the bound of the connection's queue and returns the one before. */
  private int setMaxQueueBytes(int bytes) {
    if (!(connection instanceof NIOConnection queued)) {
      return bytes;
    }
    int before = queued.getMaxAsyncWriteQueueSize();
    queued.setMaxAsyncWriteQueueSize(bytes);
    return before;
  }

  /** Restores the server's bound: beyond the bound its own writes would hold a thread. */
  @Override
  public void endWrites() {
    setMaxQueueBytes(serverMaxQueueBytes);
  }

  /** Closes the connection; Grizzly's {@code close} would wait until the peer has read all. */
  @Override
  public void abort() {
    connection.terminateSilently();
  }

  /** Does nothing, since every write is sent at once. */
  @Override
  public void flush() {}

  private Consumer<Buffer> throughFilters() {
    Failures<Buffer> failures = new Failures<>();
    return bytes -> connection.write(bytes, failures);
  }

  @SuppressWarnings("unchecked") // the address type is not used
  private Consumer<Buffer> withoutFilters() {
    AsyncQueueWriter<SocketAddress> writer =
        ((AsyncQueueEnabledTransport) connection.getTransport()).getAsyncQueueIO().getWriter();
    Failures<WritableMessage> failures = new Failures<>();
    return bytes -> writer.write(connection, bytes, failures);
  }

  /** Reports failed writes, whose completion no caller waits for. */
  private final class Failures<M> extends EmptyCompletionHandler<WriteResult<M, SocketAddress>> {

    @Override
    public void failed(Throwable failure) {
      fail(failure);
    }

    @Override
    public void cancelled() {
      fail(new IOException("The write was cancelled"));
    }
  }

  private void fail(Throwable failure) {
    WriteListener current = listener;
    if (current != null) {
      current.onError(failure);
    }
  }

  private WriteListener requireListener() throws IOException {
    WriteListener current = listener;
    if (current == null) {
      throw new IOException("No write listener is set");
    }
    return current;
  }
}
