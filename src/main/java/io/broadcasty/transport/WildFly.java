package io.broadcasty.transport;

import static io.broadcasty.transport.Internals.field;
import static io.broadcasty.transport.Internals.get;
import static io.broadcasty.transport.Internals.isA;

import jakarta.servlet.ServletRequest;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Accesses internals of WildFly below the servlet API: Undertow, which is built on XNIO. */
final class WildFly {

  private WildFly() {}

  /** Returns whether a request, without wrappers, is Undertow's. */
  static boolean made(ServletRequest request) {
    return isA(request, "io.undertow.servlet.spec.HttpServletRequestImpl");
  }

  /**
   * Returns the socket of a request; null where the connection is not plain HTTP/1, as with TLS or
   * AJP.
   */
  static @Nullable SocketChannel socket(ServletRequest request)
      throws ReflectiveOperationException {
    Object connection = get(get(request, "getExchange"), "getConnection");
    if (!isA(connection, "io.undertow.server.protocol.http.HttpServerConnection")) {
      return null;
    }
    Object channel = get(connection, "getChannel");
    if (!isA(channel, "org.xnio.nio.NioSocketStreamConnection")) {
      return null;
    }
    Object conduit = field(channel, "conduit").get(channel);
    return (SocketChannel) field(conduit, "socketChannel").get(conduit);
  }
}
