package io.broadcasty.transport.container;

import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.AsyncQueueWriter;
import org.glassfish.grizzly.asyncqueue.WritableMessage;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.NIOTransport;

/**
 * Watches Grizzly's queue of a connection, which keeps what the client does not read: by default up
 * to four times the system's send buffer.
 *
 * <p>Loaded on Payara only, since only Payara has Grizzly.
 */
final class GrizzlyReplyWatch implements ReplyWatch {

  /** Less is not counted, so that clients that read cost nothing. */
  private static final int COUNTED_FROM_BYTES = 16 * 1024;

  private final NIOConnection connection;
  private final int bytesBefore;

  GrizzlyReplyWatch(NIOConnection connection) {
    this.connection = connection;
    this.bytesBefore = queuedBytes();
  }

  private int queuedBytes() {
    return connection.getAsyncWriteQueue().spaceInBytes();
  }

  @Override
  public void onWritten(Ledger ledger) {
    int bytes = queuedBytes() - bytesBefore;
    if (bytes < COUNTED_FROM_BYTES) {
      return;
    }
    Runnable giveUp = connection::terminateSilently;
    ledger.onWaiting(bytes, giveUp);
    Marker marker = new Marker(() -> ledger.onEnded(bytes, giveUp));
    try {
      writer().write(connection, Buffers.EMPTY_BUFFER, marker);
    } catch (RuntimeException e) { // the connection is closed
      marker.end();
    }
  }

  @SuppressWarnings("unchecked") // the address type is not used
  private AsyncQueueWriter<SocketAddress> writer() {
    return (AsyncQueueWriter<SocketAddress>)
        ((NIOTransport) connection.getTransport()).getAsyncQueueIO().getWriter();
  }

  /** The end of an empty write behind the reply, which is the end of the reply. */
  private static final class Marker
      extends EmptyCompletionHandler<WriteResult<WritableMessage, SocketAddress>> {

    private final AtomicBoolean ended = new AtomicBoolean();
    private final Runnable onEnd;

    Marker(Runnable onEnd) {
      this.onEnd = onEnd;
    }

    void end() {
      if (ended.compareAndSet(false, true)) {
        onEnd.run();
      }
    }

    @Override
    public void completed(WriteResult<WritableMessage, SocketAddress> result) {
      end();
    }

    @Override
    public void failed(Throwable failure) {
      end();
    }

    @Override
    public void cancelled() {
      end();
    }
  }
}
