package io.broadcasty.transport;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.grizzly.Connection;
import org.jspecify.annotations.Nullable;

/** The one server whose output costs more than all the rest of a delivery (docs/adr/0007). */
public final class Payara {

  private static final Logger LOG = Logger.getLogger(Payara.class.getName());
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private Payara() {}

  /**
   * The way out of a connection that is being upgraded, below the servlet's: Grizzly's own, which
   * Payara stands on. For use once the answer to the handshake has been flushed.
   *
   * @return null on any other server, and where the connection cannot be found
   */
  public static @Nullable ServletOutputStream outputBelow(ServletRequest request) {
    ServletRequest facade = request;
    while (facade instanceof ServletRequestWrapper wrapper) {
      facade = wrapper.getRequest();
    }
    if (!facade.getClass().getName().equals("org.apache.catalina.connector.RequestFacade")) {
      return null;
    }
    try {
      Object ofCatalina = get(facade, "getUnwrappedCoyoteRequest");
      Object ofGrizzly = get(ofCatalina, "getCoyoteRequest");
      Object packet = get(ofGrizzly, "getRequest");
      @SuppressWarnings("unchecked") // the type of an address, which is not asked for
      Connection<SocketAddress> connection =
          (Connection<SocketAddress>) get(packet, "getConnection");
      return new GrizzlyOutput(connection, facade.isSecure());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      if (TOLD.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            "Grizzly's connection was not found below a WebSocket; deliveries work, and cost more",
            e);
      }
      return null;
    }
  }

  private static Object get(Object of, String getter) throws ReflectiveOperationException {
    return of.getClass().getMethod(getter).invoke(of);
  }
}
