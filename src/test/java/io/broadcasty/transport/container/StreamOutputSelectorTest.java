package io.broadcasty.transport.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.lifecycle.TransportType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests {@link StreamOutputSelector} on a server whose internals it does not know, whatever the
 * server's name.
 */
class StreamOutputSelectorTest {

  private final LogCapture log = new LogCapture(ServerInternals.class);

  private final ServletOutputStream out =
      new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int b) {}
      };

  private final ServletRequest request = answering(ServletRequest.class);
  private final ServletResponse response = answering(ServletResponse.class);
  private final WebConnection connection = answering(WebConnection.class);

  @AfterEach
  void stopCapturing() {
    log.close();
  }

  @Test
  void usesTheServletApiOnAnUnknownServer() throws IOException {
    StreamOutputSelector outputs = new StreamOutputSelector(true, "Some Server/1");
    openOneOfEach(outputs);
    assertEquals("", log.text());
    assertEquals(1, outputs.count(TransportType.WEBSOCKET, StreamOutput.SERVLET));
    assertEquals(1, outputs.count(TransportType.SSE, StreamOutput.SERVLET));
    outputs.countContainer();
    assertEquals(1, outputs.count(TransportType.WEBSOCKET, StreamOutput.CONTAINER));
    assertEquals(0, outputs.count(TransportType.WEBSOCKET, StreamOutput.GRIZZLY));
  }

  @Test
  void warnsOnceOfAMissingInternal() throws IOException {
    for (String server : List.of("Payara Micro #badassfish", "IBM WebSphere Liberty/26.0.0.3")) {
      StreamOutputSelector outputs = new StreamOutputSelector(true, server);
      openOneOfEach(outputs);
      int warnings = log.levels().size();
      assertTrue(warnings > 0, server);
      assertEquals(Set.of(Level.WARNING), Set.copyOf(log.levels()));
      openOneOfEach(outputs);
      assertEquals(warnings, log.levels().size(), "each is missed once");
      assertEquals(2, outputs.count(TransportType.WEBSOCKET, StreamOutput.SERVLET));
      assertEquals(2, outputs.count(TransportType.SSE, StreamOutput.SERVLET));
      log.clear();
    }
  }

  @Test
  void doesNotWarnWhenInternalsAreTurnedOff() throws IOException {
    openOneOfEach(new StreamOutputSelector(false, "Payara Micro"));
    openOneOfEach(new StreamOutputSelector(false, "IBM WebSphere Liberty/26.0.0.3"));
    assertEquals("", log.text());
  }

  private void openOneOfEach(StreamOutputSelector outputs) throws IOException {
    assertSame(out, outputs.forWebSocket(connection, request));
    outputs.releaseBuffers(request);
    assertSame(out, outputs.forEventStream(response));
    assertNull(outputs.chunkedForEventStream(request, out));
  }

  /** Returns an object of the server that has an output. */
  private <T> T answering(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> method.getName().equals("getOutputStream") ? out : null));
  }
}
