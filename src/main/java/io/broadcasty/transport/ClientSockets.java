package io.broadcasty.transport;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.ServletRequest;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the TCP socket below a request, which no servlet API exposes.
 *
 * <p>It looks for it only where the connection carries one request at a time (HTTP/1), and on
 * WildFly and Open Liberty only without TLS: TLS records precede the end of a connection and hide
 * it.
 */
@ThreadSafe
public final class ClientSockets {

  /** The consequence of a socket that is not found, for the log. */
  static final String WITHOUT = "only heartbeats detect that a client has gone";

  private final boolean internals;
  private final boolean known;

  /**
   * Creates a finder for this server.
   *
   * @param internals whether internals of the server may be used; if not, no socket is found
   * @param serverInfo {@code ServletContext.getServerInfo()}, which tells which internals to expect
   */
  public ClientSockets(boolean internals, String serverInfo) {
    this.internals = internals;
    this.known = List.of("Payara", "WildFly", "Liberty").stream().anyMatch(serverInfo::contains);
  }

  /** Returns the socket below a request; null where it is not found. */
  @Nullable SocketChannel below(ServletRequest request) {
    if (!internals) {
      return null;
    }
    ServletRequest made = Internals.unwrapped(request);
    if (!made.getProtocol().startsWith("HTTP/1.")) {
      return null;
    }
    SocketChannel socket = null;
    Throwable failure = null;
    try {
      socket = find(made);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      failure = e;
    }
    if (socket == null && (failure != null || (known && !made.isSecure()))) {
      Internals.notFound("the socket below a request", WITHOUT, failure);
    }
    return socket;
  }

  private static @Nullable SocketChannel find(ServletRequest made)
      throws ReflectiveOperationException {
    if (Payara.made(made)) {
      return Payara.socket(made);
    }
    if (WildFly.made(made)) {
      return WildFly.socket(made);
    }
    return OpenLiberty.madeRequest(made) ? OpenLiberty.socket(made) : null;
  }
}
