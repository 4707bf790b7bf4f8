package io.broadcasty.transport.container;

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
 * Tests {@link ClientSocketFinder} on a server whose sockets it cannot find, whatever the server's
 * name.
 */
class ClientSocketFinderTest {

  private final LogCapture log = new LogCapture(ServerInternals.class);

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void findsNoneOnAnUnknownServerWithoutAWarning() {
    assertNull(new ClientSocketFinder(true, "Some Server/1").findSocket(request("HTTP/1.1")));
    assertEquals("", log.text());
  }

  @Test
  void doesNotWarnWhenInternalsAreTurnedOff() {
    assertNull(
        new ClientSocketFinder(false, "WildFly Full 39.0.1.Final").findSocket(request("HTTP/1.1")));
    assertEquals("", log.text());
  }

  @Test
  void ignoresAConnectionWithManyRequests() {
    assertNull(new ClientSocketFinder(true, "Payara Micro").findSocket(request("HTTP/2.0")));
    assertEquals("", log.text());
  }

  @Test
  void doesNotWarnOfASocketBelowTls() {
    ClientSocketFinder sockets = new ClientSocketFinder(true, "IBM WebSphere Liberty/26.0.0.3");
    assertNull(sockets.findSocket(request("HTTP/1.1", true)));
    assertEquals("", log.text());
  }

  @Test
  void warnsOnceOfAMissingSocket() {
    ClientSocketFinder sockets = new ClientSocketFinder(true, "WildFly Full 39.0.1.Final");
    assertNull(sockets.findSocket(new ServletRequestWrapper(request("HTTP/1.1"))));
    assertNull(sockets.findSocket(request("HTTP/1.0")));
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
