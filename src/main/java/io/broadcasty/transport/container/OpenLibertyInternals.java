package io.broadcasty.transport.container;

import static io.broadcasty.transport.container.ServerInternals.hasClass;
import static io.broadcasty.transport.container.ServerInternals.invokeGetter;
import static io.broadcasty.transport.container.ServerInternals.warnMissing;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Accesses internals of Open Liberty, whose upgraded connections and flushes need special treatment
 * (docs/adr/0007).
 */
public final class OpenLibertyInternals {

  private static final System.Logger LOG = System.getLogger(OpenLibertyInternals.class.getName());

  private OpenLibertyInternals() {}

  /** Returns whether an object of the container is Open Liberty's. */
  public static boolean owns(Object object) {
    return object.getClass().getName().startsWith("com.ibm.ws.");
  }

  /** Returns whether a flush blocks until the peer has read, even with a listener. */
  public static boolean flushBlocks(ServletOutputStream out) {
    return owns(out) || out instanceof LibertyResponseOutput;
  }

  /**
   * Sends a whole answer while its request is not complete yet. Open Liberty keeps an answer of a
   * known length until its output is closed.
   */
  public static void finish(ServletOutputStream out) throws IOException {
    if (owns(out)) {
      out.close();
    } else {
      out.flush();
    }
  }

  /**
   * Returns the output of an upgraded connection below the servlet's. Use it once the answer to the
   * handshake has been flushed.
   *
   * @return null on any other server, and where the connection cannot be found
   */
  static @Nullable ServletOutputStream connectionOutput(WebConnection connection) {
    if (!owns(connection)) {
      return null;
    }
    try {
      Object tcp = invokeGetter(connection, "getTCPConnectionContext");
      return new LibertyOutput(LibertyChannel.of(tcp), invokeGetter(tcp, "getWriteInterface"));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("the connection below a WebSocket", e);
      return null;
    }
  }

  /**
   * Returns an output of a response that keeps no buffers between two writes.
   *
   * @return null on any other server, and where the response's buffers cannot be found
   */
  static @Nullable ServletOutputStream releasingOutput(ServletOutputStream out) {
    if (!owns(out)) {
      return null;
    }
    try {
      return new LibertyResponseOutput(out);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("the buffers of a response", e);
      return null;
    }
  }

  /** Returns whether a request, without wrappers, is Open Liberty's. */
  static boolean ownsRequest(ServletRequest request) {
    return owns(request) || request.getClass().getName().startsWith("io.openliberty.");
  }

  /**
   * Returns the socket of a request; null where the connection is not plain HTTP/1, as with TLS.
   */
  static @Nullable SocketChannel socket(ServletRequest request)
      throws ReflectiveOperationException {
    Object connection =
        invokeGetter(invokeGetter(request, "getIRequest"), "getHttpInboundConnection");
    Object tcp = invokeGetter(connection, "getTCPConnectionContext");
    if (!hasClass(tcp, "com.ibm.ws.tcpchannel.internal.TCPConnLink")) {
      return null;
    }
    return ((Socket) invokeGetter(invokeGetter(tcp, "getSocketIOChannel"), "getSocket"))
        .getChannel();
  }

  /**
   * Closes an upgraded connection and the TCP connection below it.
   *
   * <p>Open Liberty's own {@code close} would return the TCP connection to its HTTP reader, which
   * would accept requests that a proxy in front of it would have refused. Open Liberty's own
   * WebSocket ends connections in the same way as this method: through the lowest link of the
   * channel framework, which has no public API, hence the reflection.
   */
  static void close(WebConnection connection) throws Exception {
    synchronized (connection) { // the same lock as its own close, which may run at the same time
      cancelRead(connection);
      // connection.close() fails on a broken connection and then does not count it as ended
      connection.getOutputStream().close();
      closeTcpConnection(connection);
      connection.close();
    }
  }

  /**
   * Cancels the pending read by closing the input. The close would also wait for the read to
   * return, which does not always happen; an interrupted thread does not wait.
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
   * Ends the connection below the servlet and marks it as upgraded.
   *
   * <p>The server counts open connections and waits 30 s for them when it stops. It counts a
   * connection that ends from below as ended only if it is marked as upgraded, which it does for
   * its own WebSockets only.
   */
  private static void closeTcpConnection(WebConnection connection) {
    try {
      Object link = invokeGetter(connection, "getDeviceConnLink");
      Object virtualConnection = invokeGetter(connection, "getVirtualConnection");
      @SuppressWarnings("unchecked")
      Map<Object, Object> state =
          (Map<Object, Object>) invokeGetter(virtualConnection, "getStateMap");
      state.put("UpgradedConnection", "by servlet");
      for (Method method : link.getClass().getMethods()) {
        if (method.getName().equals("close")
            && method.getParameterCount() == 2
            && method.getParameterTypes()[0].isInstance(virtualConnection)) {
          method.setAccessible(true); // the method is public, its class is not
          method.invoke(link, virtualConnection, null);
          return;
        }
      }
      throw new NoSuchMethodException("close of " + link.getClass().getName());
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.log(
          Level.ERROR,
          "Cannot close an upgraded connection, from which this server may now read HTTP;"
              + " set BROADCASTY_STREAM_WEBSOCKET=container and report the server's version",
          e);
    }
  }
}
