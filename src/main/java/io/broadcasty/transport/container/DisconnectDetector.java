package io.broadcasty.transport.container;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Detects that a client has closed (FIN) or reset (RST) a connection that its server does not read
 * from, as servers do not while they write a response.
 *
 * <p>A selector of its own, beside the server's, watches the socket: a closed connection becomes
 * readable and has no bytes to read. The detector never reads, so bytes that the client sends are
 * left to the server (docs/adr/0029).
 *
 * <p>A socket with bytes to read is not watched any longer, since an end behind them does not show.
 * Then, and where the socket is not found, a failed heartbeat detects the end.
 *
 * <p>One thread calls {@link #poll} in a loop. A watch costs an object and a key of the selector,
 * and no processor time while nothing happens.
 */
@ThreadSafe
public final class DisconnectDetector implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(DisconnectDetector.class.getName());

  /**
   * The longest duration of a round. A socket that the server closes is released in the next round
   * at the latest; its client sees the close at once.
   */
  private static final long ROUND_MILLIS = 1000;

  /** Notified when a client disconnects. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Called when the client sends nothing more and may have gone. Called at most once for a watch,
     * on the detector's thread: must not block.
     */
    void onDisconnect();

    /**
     * Called when the watch has ended because the client has sent bytes, an end behind which would
     * not show. With TLS they usually announce the end. As {@link #onDisconnect} otherwise.
     */
    default void onBytes() {}
  }

  /** A socket that is watched until it becomes readable or the watch is stopped. */
  public final class Watch {

    private final SocketChannel socket;
    private final Listener listener;
    private volatile @Nullable SelectionKey key;
    private volatile boolean stopped;
    private volatile boolean blind;

    private Watch(SocketChannel socket, Listener listener) {
      this.socket = socket;
      this.listener = listener;
    }

    /**
     * Ends the watch. Call it before the server may read from the connection again. The listener
     * may be called at the same time.
     */
    public void stop() {
      stopped = true;
      SelectionKey registered = key;
      if (registered != null) {
        registered.cancel();
        selector.wakeup(); // the selector then releases the socket
      }
    }

    /**
     * Ends the connection in both directions, upon which the server fails its write and closes it.
     * Call it only while the server still waits to write the response that was watched: afterwards
     * the connection may carry another request. Does not block.
     */
    public void endConnection() {
      try {
        socket.shutdownInput();
        socket.shutdownOutput();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "The connection has ended already", e);
      }
    }

    /** Returns whether an end of the connection will be noticed. */
    public boolean isWatching() {
      return key != null && !stopped && !blind;
    }

    private void register() throws IOException {
      try {
        SelectionKey registered = registerKey();
        key = registered;
        if (stopped) {
          registered.cancel();
        }
      } catch (ClosedChannelException e) {
        notifyListener();
      } catch (IllegalBlockingModeException e) {
        ServerInternals.warnMissing(
            "a socket that does not block", ClientSocketFinder.CONSEQUENCE, e);
      }
    }

    /**
     * Registers the socket. An earlier stream on the same connection may have left a cancelled key,
     * which has to be removed first.
     */
    private SelectionKey registerKey() throws IOException {
      try {
        return socket.register(selector, SelectionKey.OP_READ, this);
      } catch (CancelledKeyException e) {
        selector.selectNow(DisconnectDetector::onReadable);
        return socket.register(selector, SelectionKey.OP_READ, this);
      }
    }

    private void giveUp() {
      blind = true;
      if (!stopped) {
        listener.onBytes();
      }
    }

    private void notifyListener() {
      if (!stopped) {
        stopped = true;
        listener.onDisconnect();
      }
    }
  }

  private final ClientSocketFinder sockets;
  private final Selector selector;
  private final ConcurrentLinkedQueue<Watch> waiting = new ConcurrentLinkedQueue<>();

  /**
   * Creates a detector, which watches nothing before {@link #poll} is called.
   *
   * @throws UncheckedIOException when the system provides no selector
   */
  public DisconnectDetector(ClientSocketFinder sockets) {
    this.sockets = sockets;
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot open a selector for the sockets of clients", e);
    }
  }

  /**
   * Watches the connection of a request from the head of its response until the response ends.
   *
   * @return null where its socket is not found
   */
  public @Nullable Watch watch(ServletRequest request, Listener listener) {
    SocketChannel socket = sockets.findSocket(request);
    return socket == null ? null : watch(socket, listener);
  }

  /** Watches a socket that the server does not read from. */
  Watch watch(SocketChannel socket, Listener listener) {
    Watch watch = new Watch(socket, listener);
    waiting.add(watch);
    selector.wakeup();
    return watch;
  }

  /** Returns how many sockets are watched. */
  public int watchedCount() {
    return selector.isOpen() ? selector.keys().size() : 0;
  }

  /**
   * Waits for events on the sockets for at most a second, and notifies their listeners.
   *
   * @return false once the detector is closed
   * @throws UncheckedIOException when the system call fails
   * @throws InterruptedException when the thread was interrupted
   */
  public boolean poll() throws InterruptedException {
    if (Thread.interrupted()) { // otherwise select would return at once
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
      throw new UncheckedIOException("Cannot watch the sockets of clients now", e);
    }
  }

  /** Ends all watches without notifying their listeners. */
  @Override
  public void close() throws IOException {
    selector.close();
  }

  private static void onReadable(SelectionKey key) {
    key.cancel();
    Watch watch = (Watch) key.attachment();
    if (isAtEnd(watch.socket)) {
      watch.notifyListener();
    } else {
      watch.giveUp();
    }
  }

  private static boolean isAtEnd(SocketChannel readable) {
    try {
      return readable.socket().getInputStream().available() == 0;
    } catch (IOException e) { // the client reset it, or the server closed it
      return true;
    }
  }
}
