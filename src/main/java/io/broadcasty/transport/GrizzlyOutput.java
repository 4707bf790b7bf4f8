package io.broadcasty.transport;

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
import org.jspecify.annotations.Nullable;

/**
 * A servlet's output straight onto Grizzly's connection: past the two buffers above it and, unless
 * TLS stands there, past its filters. Behaves as Servlet 6.0 demands of an output with a {@link
 * WriteListener}; without one nothing can be written.
 *
 * <p>Loaded on Payara alone, since Grizzly is there alone.
 */
final class GrizzlyOutput extends ServletOutputStream {

  private final Connection<SocketAddress> connection;
  private volatile @Nullable WriteListener listener;

  private final Consumer<Buffer> way;

  private final WriteHandler room =
      new WriteHandler() {
        @Override
        public void onWritePossible() throws IOException {
          listening().onWritePossible();
        }

        @Override
        public void onError(Throwable failure) {
          fail(failure);
        }
      };

  /**
   * @param secure whether TLS is spoken on the connection
   */
  GrizzlyOutput(Connection<SocketAddress> connection, boolean secure) {
    this.connection = connection;
    this.way = secure ? throughFilters() : straight();
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
    connection.notifyCanWrite(room);
    return false;
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    if (!connection.isOpen()) {
      throw new IOException("the connection is closed");
    }
    way.accept(new ByteBufferWrapper(ByteBuffer.wrap(bytes)));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    write(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b});
  }

  /** What is written is on its way. */
  @Override
  public void flush() {}

  private Consumer<Buffer> throughFilters() {
    Failures<Buffer> failures = new Failures<>();
    return bytes -> connection.write(bytes, failures);
  }

  @SuppressWarnings("unchecked") // the type of an address, which is not asked for
  private Consumer<Buffer> straight() {
    AsyncQueueWriter<SocketAddress> writer =
        ((AsyncQueueEnabledTransport) connection.getTransport()).getAsyncQueueIO().getWriter();
    Failures<WritableMessage> failures = new Failures<>();
    return bytes -> writer.write(connection, bytes, failures);
  }

  /** Hears how writes end of which nobody waits for the end. */
  private final class Failures<M> extends EmptyCompletionHandler<WriteResult<M, SocketAddress>> {

    @Override
    public void failed(Throwable failure) {
      fail(failure);
    }

    @Override
    public void cancelled() {
      fail(new IOException("the write was cancelled"));
    }
  }

  private void fail(Throwable failure) {
    WriteListener told = listener;
    if (told != null) {
      told.onError(failure);
    }
  }

  private WriteListener listening() throws IOException {
    WriteListener told = listener;
    if (told == null) {
      throw new IOException("nobody listens");
    }
    return told;
  }
}
