package io.broadcasty.infra.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy to a local server that a test can cut: it breaks connections and accepts none. */
public final class TcpProxy implements AutoCloseable {

  private static final int BUFFER = 16_384;

  private final ServerSocket door;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile boolean mute;

  /**
   * @param target the server's port
   */
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

  /** Breaks every connection, also each new one. */
  public void cut() {
    cut = true;
    open.forEach(TcpProxy::close);
  }

  /** Drops every answer from now on, but still forwards requests. */
  public void dropAnswers() {
    mute = true;
  }

  public void restore() {
    mute = false;
    cut = false;
  }

  @Override
  public void close() {
    cut();
    close(door);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        if (cut) {
          close(client);
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        start(() -> copy(client, server, false));
        start(() -> copy(server, client, true));
        if (cut) { // cut in the meantime
          close(client);
          close(server);
        }
      } catch (IOException e) {
        // Closed, or the server is down; the client notices.
      }
    }
  }

  private void copy(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[BUFFER];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0 && !cut; read = in.read(buffer)) {
        if (!mute || !answers) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // Broken or cut.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "tcp-gate");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
