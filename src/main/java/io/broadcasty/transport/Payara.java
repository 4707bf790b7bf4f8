package io.broadcasty.transport;

import static io.broadcasty.transport.Internals.field;
import static io.broadcasty.transport.Internals.get;
import static io.broadcasty.transport.Internals.notFound;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.glassfish.grizzly.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The one server whose output costs more than all the rest of a delivery, and whose requests are
 * most of what a stream costs in memory (docs/adr/0007). Both are Grizzly's, which Payara stands
 * on, and found by reflection; where they are not found, streams work and cost more.
 */
final class Payara {

  private Payara() {}

  /** Whether a request is Payara's. */
  static boolean made(ServletRequest request) {
    return facade(request) != null;
  }

  /**
   * The way out of a connection that is being upgraded, below the servlet's. For use once the
   * answer to the handshake has been flushed.
   *
   * @return null on any other server, and where the connection cannot be found
   */
  static @Nullable ServletOutputStream outputBelow(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null) {
      return null;
    }
    try {
      return below(facade);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      notFound("Grizzly's connection", e);
      return null;
    }
  }

  /**
   * The way out of a response whose head has been flushed, below the servlet's. What is written
   * must be whole chunks (RFC 9112, section 7.1); the last one is the server's, once the response
   * is completed.
   *
   * @return null on any other server, where the response is not sent in chunks or is encoded on the
   *     way, and where the connection cannot be found
   */
  static @Nullable ServletOutputStream chunksBelow(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null || !facade.getProtocol().equals("HTTP/1.1")) {
      return null;
    }
    try {
      Object response = get(packet(facade), "getResponse");
      boolean chunked = Boolean.TRUE.equals(get(response, "isChunked"));
      boolean encoded = !((List<?>) get(response, "getContentEncodings")).isEmpty();
      return chunked && !encoded ? below(facade) : null;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      notFound("Grizzly's connection below a response", e);
      return null;
    }
  }

  /** The socket of a request, out of its wrappers, that came by HTTP/1. */
  static SocketChannel socket(ServletRequest facade) throws ReflectiveOperationException {
    return (SocketChannel) get(get(packet(facade), "getConnection"), "getChannel");
  }

  private static ServletOutputStream below(ServletRequest facade)
      throws ReflectiveOperationException {
    @SuppressWarnings("unchecked") // the type of an address, which is not asked for
    Connection<SocketAddress> connection =
        (Connection<SocketAddress>) get(packet(facade), "getConnection");
    return new GrizzlyOutput(connection, facade.isSecure());
  }

  /**
   * Drops what is kept with a request until its answer ends, and has no use any more once the head
   * of the answer has been flushed: buffers for decoding parameters and fields for the answer's
   * headers, 7 KB together. A later request that is given the same objects makes them anew.
   */
  static void lighten(ServletRequest request) {
    ServletRequest facade = facade(request);
    if (facade == null) {
      return;
    }
    try {
      Object grizzlyRequest = grizzlyRequest(facade);
      Object parameters = field(grizzlyRequest, "parameters").get(grizzlyRequest);
      for (String buffer : List.of("tmpNameC", "tmpValueC")) {
        Object chars = field(parameters, buffer).get(parameters);
        chars.getClass().getMethod("reset").invoke(chars);
      }
      Object headers = get(get(packet(facade), "getResponse"), "getHeaders");
      headers.getClass().getMethod("clear").invoke(headers);
      Field fields = field(headers, "headers");
      Object used = fields.get(headers);
      fields.set(
          headers, Array.newInstance(used.getClass().getComponentType(), Array.getLength(used)));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      notFound("what Grizzly keeps with a request", e);
    }
  }

  /** Null on any other server. */
  private static @Nullable ServletRequest facade(ServletRequest request) {
    ServletRequest facade = Internals.unwrapped(request);
    boolean payara =
        facade.getClass().getName().equals("org.apache.catalina.connector.RequestFacade");
    return payara ? facade : null;
  }

  private static Object grizzlyRequest(ServletRequest facade) throws ReflectiveOperationException {
    return get(get(facade, "getUnwrappedCoyoteRequest"), "getCoyoteRequest");
  }

  private static Object packet(ServletRequest facade) throws ReflectiveOperationException {
    return get(grizzlyRequest(facade), "getRequest");
  }
}
