package io.broadcasty.server.dev;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until clients reach Broadcasty. Servers open their ports, or stop answering 404 and 500,
 * some time after they have started the application, and tell it nothing of that.
 */
@ThreadSafe
public final class ReadinessWait {

  /** The time after which nobody waits any more: the public URL may be unknown to this machine. */
  public static final Duration LIMIT = Duration.ofSeconds(20);

  /** The time to connect, and for the answer. */
  public static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(ReadinessWait.class.getName());

  private final URL ping;
  private final Duration pause;
  private final Ticker ticker;
  private volatile boolean ended;

  /**
   * Creates a wait.
   *
   * @param ping answers 204 once clients reach Broadcasty
   * @param pause between two requests
   */
  ReadinessWait(URL ping, Duration pause, Ticker ticker) {
    this.ping = ping;
    this.pause = pause;
    this.ticker = ticker;
  }

  /** Blocks until clients reach Broadcasty or the limit is over; does not act if it was ended. */
  void await(Runnable action) {
    long start = ticker.readNanos();
    while (!ended && !isReady(ping) && ticker.readNanos() - start < LIMIT.toNanos()) {
      LockSupport.parkNanos(pause.toNanos());
    }
    if (!ended) {
      action.run();
    }
  }

  /** Ends the wait without its action. */
  void end() {
    ended = true;
  }

  private static boolean isReady(URL url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_NO_CONTENT;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      LOG.log(Level.TRACE, "Clients cannot reach Broadcasty yet", e);
      return false;
    }
  }
}
