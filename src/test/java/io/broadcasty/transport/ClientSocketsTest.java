package io.broadcasty.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a server that is none of those whose sockets are found, whatever it calls itself. */
class ClientSocketsTest {

  private static final Logger LOG = Logger.getLogger(Internals.class.getName());

  private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord log) {
          logged.add(log);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(handler);
    LOG.setUseParentHandlers(true);
  }

  @Test
  void onAnUnknownServerNoneIsFoundAndNoneIsMissed() {
    assertNull(new ClientSockets(true, "Some Server/1").below(request("HTTP/1.1")));
    assertEquals(List.of(), logged);
  }

  @Test
  void internalsThatAreTurnedOffAreNotMissed() {
    assertNull(new ClientSockets(false, "WildFly Full 39.0.1.Final").below(request("HTTP/1.1")));
    assertEquals(List.of(), logged);
  }

  @Test
  void aConnectionOfManyRequestsIsLeftAlone() {
    assertNull(new ClientSockets(true, "Payara Micro").below(request("HTTP/2.0")));
    assertEquals(List.of(), logged);
  }

  @Test
  void aSocketBelowTlsIsNotMissed() {
    ClientSockets sockets = new ClientSockets(true, "IBM WebSphere Liberty/26.0.0.3");
    assertNull(sockets.below(request("HTTP/1.1", true)));
    assertEquals(List.of(), logged);
  }

  @Test
  void onAServerThatIsKnownToHaveThemTheyAreMissedOnceInTheLog() {
    ClientSockets sockets = new ClientSockets(true, "WildFly Full 39.0.1.Final");
    assertNull(sockets.below(new ServletRequestWrapper(request("HTTP/1.1"))));
    assertNull(sockets.below(request("HTTP/1.0")));
    assertEquals(1, logged.size());
    assertTrue(logged.get(0).getMessage().contains("heartbeats"), logged.get(0).getMessage());
  }

  private static ServletRequest request(String protocol) {
    return request(protocol, false);
  }

  private static ServletRequest request(String protocol, boolean secure) {
    return (ServletRequest)
        Proxy.newProxyInstance(
            ServletRequest.class.getClassLoader(),
            new Class<?>[] {ServletRequest.class},
            (proxy, method, arguments) ->
                method.getName().equals("isSecure") ? (Object) secure : protocol);
  }
}
