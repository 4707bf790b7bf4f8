package io.broadcasty.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests {@link ClientSockets} on a server whose sockets it cannot find, whatever the server's name.
 */
class ClientSocketsTest {

  private final LogCapture log = new LogCapture(Internals.class);

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void onAnUnknownServerNoneIsFoundAndNoneIsMissed() {
    assertNull(new ClientSockets(true, "Some Server/1").below(request("HTTP/1.1")));
    assertEquals("", log.text());
  }

  @Test
  void internalsThatAreTurnedOffAreNotMissed() {
    assertNull(new ClientSockets(false, "WildFly Full 39.0.1.Final").below(request("HTTP/1.1")));
    assertEquals("", log.text());
  }

  @Test
  void aConnectionOfManyRequestsIsLeftAlone() {
    assertNull(new ClientSockets(true, "Payara Micro").below(request("HTTP/2.0")));
    assertEquals("", log.text());
  }

  @Test
  void aSocketBelowTlsIsNotMissed() {
    ClientSockets sockets = new ClientSockets(true, "IBM WebSphere Liberty/26.0.0.3");
    assertNull(sockets.below(request("HTTP/1.1", true)));
    assertEquals("", log.text());
  }

  @Test
  void onAServerThatIsKnownToHaveThemTheyAreMissedOnceInTheLog() {
    ClientSockets sockets = new ClientSockets(true, "WildFly Full 39.0.1.Final");
    assertNull(sockets.below(new ServletRequestWrapper(request("HTTP/1.1"))));
    assertNull(sockets.below(request("HTTP/1.0")));
    assertEquals(1, log.text().lines().count(), log.text());
    assertTrue(log.text().contains("heartbeats"), log.text());
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
