package io.broadcasty.transport;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a client has closed (FIN) or reset (RST) a connection that its server does not read
 * from, as servers do not while they write a response. The socket is watched by a selector of our
 * own, beside the server's: it becomes readable, and has no bytes to be read. Nothing is ever read
 * from it, so whatever the client may send is left to the server (docs/adr/0029).
 *
 * <p>A socket that has bytes to be read is watched no longer, since an end behind them does not
 * show. Then, and where the socket is not found, the end is noticed by a write that fails, at the
 * next heartbeats.
 *
 * <p>One thread calls {@link #round} again and again. A watch costs an object and a key of the
 * selector, and nothing while nothing comes.
 */
@ThreadSafe
public final class DisconnectDetector implements AutoCloseable {

  /**
   * How long a round may take. A socket that the server closes is released in the next one at the
   * latest; its client is told of the close at once.
   */
  private static final long ROUND_MILLIS = 1000;

  /** Hears that a client has gone. */
  @FunctionalInterface
  public interface Listener {

    /**
     * The client sends nothing more, and may not be there any more. Called at most once for a
     * watch, on the detector's thread: must not block.
     */
    void onDisconnect();
  }

  /** A socket that is watched until something happens to it or it is stopped. */
  public final class Watch {

    private final SocketChannel socket;
    private final Listener listener;
    private volatile @Nullable SelectionKey key;
    private volatile boolean stopped;

    private Watch(SocketChannel socket, Listener listener) {
      this.socket = socket;
      this.listener = listener;
    }

    /**
     * Ends the watch. To be called before the server may read from the connection again. The
     * listener may be called at the same time.
     */
    public void stop() {
      stopped = true;
      SelectionKey registered = key;
      if (registered != null) {
        registered.cancel();
        selector.wakeup(); // which lets go of the socket
      }
    }

    private void register() throws IOException {
      try {
        SelectionKey registered = registered();
        key = registered;
        if (stopped) {
          registered.cancel();
        }
      } catch (ClosedChannelException e) {
        tell();
      } catch (IllegalBlockingModeException e) {
        Internals.notFound("a socket that does not block", ClientSockets.WITHOUT, e);
      }
    }

    /** The connection may have carried a stream before, whose key is to be let go first. */
    private SelectionKey registered() throws IOException {
      try {
        return socket.register(selector, SelectionKey.OP_READ, this);
      } catch (CancelledKeyException e) {
        selector.selectNow(DisconnectDetector::onReadable);
        return socket.register(selector, SelectionKey.OP_READ, this);
      }
    }

    private void tell() {
      if (!stopped) {
        stopped = true;
        listener.onDisconnect();
      }
    }
  }

  private final ClientSockets sockets;
  private final Selector selector;
  private final Queue<Watch> waiting = new ConcurrentLinkedQueue<>();

  /**
   * Watches nothing before {@link #round} is called.
   *
   * @throws UncheckedIOException when the system gives no selector
   */
  public DisconnectDetector(ClientSockets sockets) {
    this.sockets = sockets;
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("the sockets of clients cannot be watched", e);
    }
  }

  /**
   * Watches the connection that a request came by, from the head of its response on, until the
   * response ends.
   *
   * @return null where its socket is not found
   */
  public @Nullable Watch watch(ServletRequest request, Listener listener) {
    SocketChannel socket = sockets.below(request);
    return socket == null ? null : watch(socket, listener);
  }

  /** Watches a socket that nobody reads from. */
  Watch watch(SocketChannel socket, Listener listener) {
    Watch watch = new Watch(socket, listener);
    waiting.add(watch);
    selector.wakeup();
    return watch;
  }

  /** How many sockets are watched. */
  public int watched() {
    return selector.isOpen() ? selector.keys().size() : 0;
  }

  /**
   * Waits for a moment for something to happen to the sockets, and tells their listeners.
   *
   * @return false once it is closed
   * @throws UncheckedIOException when the system does not tell of sockets now
   * @throws InterruptedException when the thread was interrupted
   */
  public boolean round() throws InterruptedException {
    if (Thread.interrupted()) { // or no select would wait
      throw new InterruptedException();
    }
    try {
      for (Watch next = waiting.poll(); next != null; next = waiting.poll()) {
        next.register();
      }
      selector.select(DisconnectDetector::onReadable, ROUND_MILLIS);
      return selector.isOpen();
    } catch (ClosedSelectorException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("the sockets of clients cannot be watched now", e);
    }
  }

  /** Ends all watches, without telling anybody. */
  @Override
  public void close() throws IOException {
    selector.close();
  }

  private static void onReadable(SelectionKey key) {
    key.cancel();
    Watch watch = (Watch) key.attachment();
    if (isAtEnd(watch.socket)) {
      watch.tell();
    }
  }

  private static boolean isAtEnd(SocketChannel readable) {
    try {
      return readable.socket().getInputStream().available() == 0;
    } catch (IOException e) { // it was reset, or the server has closed it
      return true;
    }
  }
}
