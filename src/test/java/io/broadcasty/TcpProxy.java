package io.broadcasty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy to a local server, through which a test swallows, delays and resets what a client and
 * a server send each other: on all lines, on new ones, or on a single {@link Line}; in both
 * directions, or in one.
 */
public final class TcpProxy implements AutoCloseable {

  /** Where bytes go. */
  public enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  private static final int BUFFER = 16_384;

  private final ServerSocket door;
  private final int target;
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final Map<Direction, Duration> delays = new ConcurrentHashMap<>();
  private final Set<Direction> swallowed = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** Opens a proxy on a free port of this machine to the server on another port. */
  public TcpProxy(int target) {
    this.target = target;
    try {
      this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  /** Returns the port to connect to. */
  public int port() {
    return door.getLocalPort();
  }

  /** Returns the open lines, in the order in which they were opened. */
  public List<Line> lines() {
    return List.copyOf(lines);
  }

  /** Breaks every line, also each new one. */
  public void cut() {
    cut = true;
    lines.forEach(Line::close);
  }

  /**
   * Silences the lines that are open now: what both sides send gets lost, and neither is told. New
   * lines work. It is what a firewall does that has forgotten its connections.
   */
  public void swallowOpen() {
    lines.forEach(line -> line.swallow(Direction.values()));
  }

  /** Silences all lines, also new ones, in these directions; {@link #restore} ends it. */
  public void swallowAll(Direction... directions) {
    swallowed.addAll(List.of(directions));
  }

  /** Resets the lines that are open now; new ones work. */
  public void resetOpen() {
    lines.forEach(Line::reset);
  }

  /** Holds back each piece of data for a while, on all lines, also new ones. */
  public void delayAll(Duration delay, Direction... directions) {
    for (Direction direction : directions) {
      delays.put(direction, delay);
    }
  }

  /**
   * Lets new lines work, and resets those that have lost something, since TCP never delivers what
   * follows a gap.
   */
  public void restore() {
    cut = false;
    swallowed.clear();
    delays.clear();
    lines.stream().filter(Line::hasGap).forEach(Line::reset);
  }

  @Override
  public void close() {
    cut();
    closeQuietly(door);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        if (cut) {
          closeQuietly(client);
          continue;
        }
        Line line = new Line(client, new Socket(InetAddress.getLoopbackAddress(), target));
        lines.add(line);
        line.open();
        if (cut) { // cut in the meantime
          line.close();
        }
      } catch (IOException e) {
        // Closed, or the server is down; the client notices.
      }
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A connection of a client through the proxy. */
  public final class Line {

    private final Socket client;
    private final Socket server;
    private final Set<Direction> silent = ConcurrentHashMap.newKeySet();
    private final Map<Direction, Duration> slow = new ConcurrentHashMap<>();
    private final Map<Direction, Long> forwarded = new EnumMap<>(Direction.class);
    private volatile boolean gap;

    private Line(Socket client, Socket server) throws IOException {
      this.client = client;
      this.server = server;
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    }

    /** Loses what is sent in these directions from now on, also the end of the connection. */
    public void swallow(Direction... directions) {
      silent.addAll(List.of(directions));
    }

    /** Holds back each piece of data for a while in these directions. */
    public void delay(Duration delay, Direction... directions) {
      for (Direction direction : directions) {
        slow.put(direction, delay);
      }
    }

    /** Breaks the line with a reset to both sides. */
    public void reset() {
      for (Socket side : List.of(client, server)) {
        try {
          side.setSoLinger(true, 0);
        } catch (IOException e) {
          // Closed already.
        }
      }
      close();
    }

    /** Returns how many bytes have been forwarded in a direction. */
    public long forwarded(Direction direction) {
      synchronized (forwarded) {
        return forwarded.getOrDefault(direction, 0L);
      }
    }

    private boolean hasGap() {
      return gap;
    }

    private void open() {
      start(() -> copy(client, server, Direction.TO_SERVER));
      start(() -> copy(server, client, Direction.TO_CLIENT));
    }

    private void close() {
      closeQuietly(client);
      closeQuietly(server);
      lines.remove(this);
    }

    private boolean isSilent(Direction direction) {
      return swallowed.contains(direction) || silent.contains(direction);
    }

    private void copy(Socket from, Socket to, Direction direction) {
      byte[] buffer = new byte[BUFFER];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          hold(direction);
          if (isSilent(direction)) {
            gap = true;
          } else {
            out.write(buffer, 0, read);
            count(direction, read);
          }
        }
      } catch (IOException e) {
        // Broken, cut or reset.
      }
      if (!isSilent(direction)) {
        close();
      } else {
        gap = true; // the end is lost, too; restore() or close() of the proxy end the other side
      }
    }

    private void hold(Direction direction) {
      Duration delay = slow.getOrDefault(direction, delays.getOrDefault(direction, Duration.ZERO));
      long end = System.nanoTime() + delay.toNanos();
      for (long left = delay.toNanos(); left > 0 && !cut; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    private void count(Direction direction, int bytes) {
      synchronized (forwarded) {
        forwarded.merge(direction, (long) bytes, Long::sum);
      }
    }
  }
}
