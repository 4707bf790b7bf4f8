package io.broadcasty.transport;

import static io.broadcasty.transport.Internals.get;
import static io.broadcasty.transport.Internals.isA;
import static io.broadcasty.transport.Internals.notFound;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The one server whose upgraded connections and flushes need care (docs/adr/0007). */
public final class OpenLiberty {

  private static final Logger LOG = Logger.getLogger(OpenLiberty.class.getName());

  private OpenLiberty() {}

  /** Whether something that the container handed out is Open Liberty's. */
  public static boolean made(Object ofContainer) {
    return ofContainer.getClass().getName().startsWith("com.ibm.ws.");
  }

  /** Whether a flush waits until the peer has read, listener or not. */
  static boolean flushBlocks(ServletOutputStream out) {
    return made(out) || out instanceof LibertyResponse;
  }

  /**
   * The way out of an upgraded connection below the servlet's. For use once the answer to the
   * handshake has been flushed.
   *
   * @return null on any other server, and where the connection cannot be found
   */
  static @Nullable ServletOutputStream outputBelow(WebConnection connection) {
    if (!made(connection)) {
      return null;
    }
    try {
      Object tcp = get(connection, "getTCPConnectionContext");
      return new LibertyOutput(LibertyChannel.of(tcp), get(tcp, "getWriteInterface"));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      notFound("the connection below a WebSocket", e);
      return null;
    }
  }

  /**
   * An output of a response that keeps no buffers between two writes.
   *
   * @return null on any other server, and where the response's buffers cannot be found
   */
  static @Nullable ServletOutputStream releasing(ServletOutputStream out) {
    if (!made(out)) {
      return null;
    }
    try {
      return new LibertyResponse(out);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      notFound("the buffers of a response", e);
      return null;
    }
  }

  /** Whether a request, out of its wrappers, is Open Liberty's. */
  static boolean madeRequest(ServletRequest request) {
    return made(request) || request.getClass().getName().startsWith("io.openliberty.");
  }

  /** Null where the connection is not one of HTTP/1 straight on a socket: with TLS. */
  static @Nullable SocketChannel socket(ServletRequest request)
      throws ReflectiveOperationException {
    Object connection = get(get(request, "getIRequest"), "getHttpInboundConnection");
    Object tcp = get(connection, "getTCPConnectionContext");
    if (!isA(tcp, "com.ibm.ws.tcpchannel.internal.TCPConnLink")) {
      return null;
    }
    return ((Socket) get(get(tcp, "getSocketIOChannel"), "getSocket")).getChannel();
  }

  /**
   * Closes an upgraded connection, and the TCP connection below it. Open Liberty's own {@code
   * close} would give that back to its HTTP reader, past whatever a proxy in front of it would have
   * refused. Its own WebSocket ends connections in the same way: by the lowest link of the channel
   * framework, which has no public API, hence the reflection.
   */
  public static void close(WebConnection connection) throws Exception {
    synchronized (connection) { // as its close does, which it may call itself meanwhile
      cancelRead(connection);
      connection.getOutputStream().close(); // its close fails on a line that is gone, and forgets
      hangUp(connection); //                   to count the connection as ended
      connection.close();
    }
  }

  /**
   * Closing the input calls back the read that waits for more. It would also wait until that has
   * come back, which it does not always do; a thread that is interrupted does not wait.
   */
  private static void cancelRead(WebConnection connection) throws IOException {
    Thread.currentThread().interrupt();
    try {
      connection.getInputStream().close();
    } finally {
      Thread.interrupted();
    }
  }

  /**
   * The server counts the connections that are open, and waits 30 s for them when it stops. One
   * that ends from below is only counted as ended when it is marked as upgraded, which it marks its
   * own WebSockets alone.
   */
  private static void hangUp(WebConnection connection) {
    try {
      Object link = get(connection, "getDeviceConnLink");
      Object virtualConnection = get(connection, "getVirtualConnection");
      @SuppressWarnings("unchecked")
      Map<Object, Object> state = (Map<Object, Object>) get(virtualConnection, "getStateMap");
      state.put("UpgradedConnection", "by servlet");
      for (Method method : link.getClass().getMethods()) {
        if (method.getName().equals("close")
            && method.getParameterCount() == 2
            && method.getParameterTypes()[0].isInstance(virtualConnection)) {
          method.setAccessible(true); // a public method of a class that is not
          method.invoke(link, virtualConnection, null);
          return;
        }
      }
      throw new NoSuchMethodException("close of " + link.getClass().getName());
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(
          Level.SEVERE,
          "an upgraded connection could not be ended, so that this server may read HTTP from it;"
              + " set BROADCASTY_STREAM_WEBSOCKET=container and tell us the server's version",
          e);
    }
  }
}
