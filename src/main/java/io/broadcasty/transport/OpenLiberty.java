package io.broadcasty.transport;

import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The one server whose upgraded connections and flushes need care (docs/adr/0007). */
public final class OpenLiberty {

  private static final Logger LOG = Logger.getLogger(OpenLiberty.class.getName());

  private OpenLiberty() {}

  /** Whether something that the container handed out is Open Liberty's. */
  public static boolean made(Object ofContainer) {
    return ofContainer.getClass().getName().startsWith("com.ibm.ws.");
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
      hangUp(connection);
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

  private static void hangUp(WebConnection connection) {
    try {
      Object link = get(connection, "getDeviceConnLink");
      Object virtualConnection = get(connection, "getVirtualConnection");
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

  private static Object get(Object of, String getter) throws ReflectiveOperationException {
    Object value = of.getClass().getMethod(getter).invoke(of);
    if (value == null) {
      throw new IllegalStateException(getter + " of " + of.getClass().getName() + " gave nothing");
    }
    return value;
  }
}
