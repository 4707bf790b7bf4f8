package io.broadcasty.transport.container;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
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
public final class ClientSocketFinder implements ClientConnection {

  private static final System.Logger LOG = System.getLogger(ClientSocketFinder.class.getName());

  /** The consequence of a socket that is not found, for the log. */
  static final String CONSEQUENCE = "only heartbeats detect that a client has gone";

  private final boolean internals;
  private final boolean known;

  /**
   * Creates a finder for this server.
   *
   * @param internals whether internals of the server may be used; if not, no socket is found
   * @param serverInfo {@code ServletContext.getServerInfo()}, which tells which internals to expect
   */
  public ClientSocketFinder(boolean internals, String serverInfo) {
    this.internals = internals;
    this.known = List.of("Payara", "WildFly", "Liberty").stream().anyMatch(serverInfo::contains);
  }

  /** Returns the socket below a request; null where it is not found. */
  @Nullable SocketChannel findSocket(ServletRequest request) {
    if (!internals) {
      return null;
    }
    ServletRequest made = ServerInternals.unwrap(request);
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
      ServerInternals.warnMissing("the socket below a request", CONSEQUENCE, failure);
    }
    return socket;
  }

  @Override
  public void endInput(ServletRequest request) {
    try {
      SocketChannel socket = findSocket(request);
      if (socket != null) {
        socket.shutdownInput();
      } else if (internals && WildFlyInternals.owns(ServerInternals.unwrap(request))) {
        WildFlyInternals.closeConnection(ServerInternals.unwrap(request));
      }
    } catch (IOException | ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot end the input of a connection", e);
    }
  }

  @Override
  public void closeAfterAnswer(ServletRequest request) {
    ServletRequest made = ServerInternals.unwrap(request);
    if (!internals || !WildFlyInternals.owns(made)) {
      return;
    }
    try {
      WildFlyInternals.closeAfterAnswer(made);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot have a connection closed after its answer", e);
    }
  }

  private static @Nullable SocketChannel find(ServletRequest made)
      throws ReflectiveOperationException {
    if (PayaraInternals.owns(made)) {
      return PayaraInternals.socket(made);
    }
    if (WildFlyInternals.owns(made)) {
      return WildFlyInternals.socket(made);
    }
    return OpenLibertyInternals.ownsRequest(made) ? OpenLibertyInternals.socket(made) : null;
  }
}
