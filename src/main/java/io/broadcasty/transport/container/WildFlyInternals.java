package io.broadcasty.transport.container;

import static io.broadcasty.transport.container.ServerInternals.findField;
import static io.broadcasty.transport.container.ServerInternals.hasClass;
import static io.broadcasty.transport.container.ServerInternals.invokeGetter;

import jakarta.servlet.ServletRequest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Accesses internals of WildFly below the servlet API: Undertow, which is built on XNIO. */
final class WildFlyInternals {

  private WildFlyInternals() {}

  /** Returns whether a request, without wrappers, is Undertow's. */
  static boolean owns(ServletRequest request) {
    return hasClass(request, "io.undertow.servlet.spec.HttpServletRequestImpl");
  }

  /**
   * Returns the socket of a request; null where the connection is not plain HTTP/1, as with TLS or
   * AJP.
   */
  static @Nullable SocketChannel socket(ServletRequest request)
      throws ReflectiveOperationException {
    Object connection = invokeGetter(invokeGetter(request, "getExchange"), "getConnection");
    if (!hasClass(connection, "io.undertow.server.protocol.http.HttpServerConnection")) {
      return null;
    }
    Object channel = invokeGetter(connection, "getChannel");
    if (!hasClass(channel, "org.xnio.nio.NioSocketStreamConnection")) {
      return null;
    }
    Object conduit = findField(channel, "conduit").get(channel);
    return (SocketChannel) findField(conduit, "socketChannel").get(conduit);
  }

  /**
   * Has Undertow close the connection of a request after the answer. It looks at the answer's
   * {@code Connection: close} only if the answer may have a body ({@code
   * HttpTransferEncoding.createSinkConduit}, until 2.3.23 at least): after a 204 it would wait for
   * the client to close.
   */
  static void closeAfterAnswer(ServletRequest request) throws ReflectiveOperationException {
    Object exchange = invokeGetter(request, "getExchange");
    Object unused =
        exchange.getClass().getMethod("setPersistent", boolean.class).invoke(exchange, false);
  }

  /**
   * Closes the connection of a request. Undertow reads the rest of a body, waiting for it, before
   * it completes a request; on a closed connection it does not wait.
   */
  static void closeConnection(ServletRequest request)
      throws ReflectiveOperationException, IOException {
    Object connection = invokeGetter(invokeGetter(request, "getExchange"), "getConnection");
    ((Closeable) connection).close();
  }
}
