package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.BooleanSupplier;

/**
 * Tells other nodes whether this node reaches Redis, without Redis: whoever connects to its port
 * gets one line, {@code up} or {@code down} and the node's name. It reads nothing.
 */
@ThreadSafe
final class StatusServer implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(StatusServer.class.getName());
  private static final int BACKLOG = 64;
  private static final long STOP_MILLIS = 1000;

  private final String node;
  private final BooleanSupplier reachesRedis;
  private final ServerSocket door;
  private final BackgroundLoop loop;

  /**
   * Starts to listen.
   *
   * @param address the address of this machine at which other nodes can reach it
   * @param port 0 for any free one
   * @throws IOException when the port cannot be used
   */
  StatusServer(
      InetAddress address,
      int port,
      String node,
      BooleanSupplier reachesRedis,
      BackgroundLoops loops)
      throws IOException {
    this.node = node;
    this.reachesRedis = reachesRedis;
    this.door = new ServerSocket(port, BACKLOG, address);
    this.loop = loops.start("node-status", this::answerNext);
  }

  /** Returns where it listens. */
  InetSocketAddress address() {
    return (InetSocketAddress) door.getLocalSocketAddress();
  }

  @Override
  public void close() {
    loop.close();
    try {
      door.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "Cannot close the port of the node's status", e);
    }
    loop.join(STOP_MILLIS);
  }

  private boolean answerNext() {
    try (Socket asking = door.accept()) {
      String answer = (reachesRedis.getAsBoolean() ? "up " : "down ") + node + "\n";
      asking.getOutputStream().write(answer.getBytes(US_ASCII)); // fits into the socket's buffer
    } catch (IOException e) {
      if (door.isClosed()) {
        return false;
      }
      LOG.log(Level.DEBUG, "Cannot answer a node that asked for the status", e);
    }
    return true;
  }
}
