package io.broadcasty.transport;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A servlet's output straight onto Grizzly's connection: through its filters, so that TLS is done,
 * but not through the two buffers above them. Behaves as Servlet 6.0 demands of an output with a
 * {@link WriteListener}; without one nothing can be written.
 *
 * <p>Loaded on Payara alone, since Grizzly is there alone.
 */
final class GrizzlyOutput extends ServletOutputStream {

  private final Connection<SocketAddress> connection;
  private volatile @Nullable WriteListener listener;

  private final EmptyCompletionHandler<WriteResult<Buffer, SocketAddress>> written =
      new EmptyCompletionHandler<>() {
        @Override
        public void failed(Throwable failure) {
          fail(failure);
        }

        @Override
        public void cancelled() {
          fail(new IOException("the write was cancelled"));
        }
      };

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

  GrizzlyOutput(Connection<SocketAddress> connection) {
    this.connection = connection;
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
    Buffer buffer = new ByteBufferWrapper(ByteBuffer.wrap(bytes));
    connection.write(buffer, written);
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
