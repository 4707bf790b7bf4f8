package io.broadcasty.transport.container;

import static io.broadcasty.transport.container.ServerInternals.findField;
import static io.broadcasty.transport.container.ServerInternals.invokeGetter;
import static io.broadcasty.transport.container.ServerInternals.warnMissing;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.WebConnection;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * Accesses internals of Payara, whose output costs more than the rest of a delivery, and whose
 * requests are most of a stream's memory (docs/adr/0007). Both belong to Grizzly, on which Payara
 * is built, and are found by reflection; where they are not found, streams work at a higher cost.
 */
final class PayaraInternals {

  private PayaraInternals() {}

  /** Returns whether a request is Payara's. */
  static boolean owns(ServletRequest request) {
    return facade(request) != null;
  }

  /** Returns whether an upgraded connection is Payara's. */
  static boolean owns(WebConnection connection) {
    return ServerInternals.hasClass(connection, "org.apache.catalina.connector.WebConnectionImpl");
  }

  /**
   * Closes an upgraded connection without resuming a request that Grizzly has cancelled because the
   * peer closed first. Grizzly's {@code Response.resume} does not ask whether that has happened: it
   * would resume a context that was released, and that another request may use by now.
   */
  static void close(WebConnection connection) throws Exception {
    Object request;
    Object response;
    Object suspended;
    Field afterService;
    try {
      request = findField(connection, "request").get(connection);
      response = invokeGetter(invokeGetter(request, "getCoyoteRequest"), "getResponse");
      suspended = invokeGetter(response, "getSuspendContext");
      afterService = findField(request, "afterService");
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("the state of an upgraded request", "its log may show errors of Grizzly", e);
      connection.close();
      return;
    }
    synchronized (suspended) { // Grizzly cancels under this lock
      try {
        if (Boolean.FALSE.equals(invokeGetter(response, "isSuspended"))) {
          afterService.setBoolean(request, false); // nothing is resumed
        }
      } finally {
        connection.close();
      }
    }
  }

  /**
   * Returns the output of a connection that is being upgraded, below the servlet's. Use it once the
   * answer to the handshake has been flushed.
   *
   * @return null on any other server, and where the connection cannot be found
   */
  static @Nullable ServletOutputStream connectionOutput(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null) {
      return null;
    }
    try {
      return below(facade);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("Grizzly's connection", e);
      return null;
    }
  }

  /**
   * Returns the output of a response whose head has been flushed, below the servlet's. Only whole
   * chunks may be written to it (RFC 9112, section 7.1); the server writes the last one when the
   * response is completed.
   *
   * @return null on any other server, where the response is not chunked or is encoded on the way,
   *     and where the connection cannot be found
   */
  static @Nullable ServletOutputStream chunkedOutput(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null || !facade.getProtocol().equals("HTTP/1.1")) {
      return null;
    }
    try {
      Object response = invokeGetter(packet(facade), "getResponse");
      boolean chunked = Boolean.TRUE.equals(invokeGetter(response, "isChunked"));
      boolean encoded = !((List<?>) invokeGetter(response, "getContentEncodings")).isEmpty();
      return chunked && !encoded ? below(facade) : null;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("Grizzly's connection below a response", e);
      return null;
    }
  }

  /** Returns a watch of the reply to an HTTP/1 request; null where it is not found. */
  static @Nullable ReplyWatch watchReply(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null || !facade.getProtocol().startsWith("HTTP/1.")) {
      return null;
    }
    try {
      return new GrizzlyReplyWatch((NIOConnection) invokeGetter(packet(facade), "getConnection"));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("Grizzly's connection below a reply", e);
      return null;
    }
  }

  /** Returns the socket of an unwrapped HTTP/1 request. */
  static SocketChannel socket(ServletRequest facade) throws ReflectiveOperationException {
    return (SocketChannel)
        invokeGetter(invokeGetter(packet(facade), "getConnection"), "getChannel");
  }

  private static ServletOutputStream below(ServletRequest facade)
      throws ReflectiveOperationException {
    @SuppressWarnings("unchecked") // the address type is not used
    Connection<SocketAddress> connection =
        (Connection<SocketAddress>) invokeGetter(packet(facade), "getConnection");
    return new GrizzlyOutput(connection, facade.isSecure());
  }

  /**
   * Releases memory that a request keeps until its response ends, but does not need once the head
   * of the response has been flushed: buffers for decoding parameters and fields for the response's
   * headers, 7 KB together. A later request that reuses the objects allocates them again.
   */
  static void releaseBuffers(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null) {
      return;
    }
    try {
      Object grizzlyRequest = grizzlyRequest(facade);
      Object parameters = findField(grizzlyRequest, "parameters").get(grizzlyRequest);
      for (String buffer : List.of("tmpNameC", "tmpValueC")) {
        Object chars = findField(parameters, buffer).get(parameters);
        chars.getClass().getMethod("reset").invoke(chars);
      }
      Object headers = invokeGetter(invokeGetter(packet(facade), "getResponse"), "getHeaders");
      headers.getClass().getMethod("clear").invoke(headers);
      Field fields = findField(headers, "headers");
      Object used = fields.get(headers);
      fields.set(
          headers, Array.newInstance(used.getClass().getComponentType(), Array.getLength(used)));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      warnMissing("Grizzly's data of a request", e);
    }
  }

  /** Returns Payara's request below the wrappers; null on any other server. */
  private static @Nullable ServletRequest facade(ServletRequest request) {
    ServletRequest facade = ServerInternals.unwrap(request);
    boolean payara =
        facade.getClass().getName().equals("org.apache.catalina.connector.RequestFacade");
    return payara ? facade : null;
  }

  private static Object grizzlyRequest(ServletRequest facade) throws ReflectiveOperationException {
    return invokeGetter(invokeGetter(facade, "getUnwrappedCoyoteRequest"), "getCoyoteRequest");
  }

  private static Object packet(ServletRequest facade) throws ReflectiveOperationException {
    return invokeGetter(grizzlyRequest(facade), "getRequest");
  }
}
