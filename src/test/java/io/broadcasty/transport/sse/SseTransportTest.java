package io.broadcasty.transport.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.transport.container.ClientSocketFinder;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests how a response ends when its client disconnects or its session ends, with tasks run by
 * hand.
 */
class SseTransportTest {

  private static final String SERVER = "Some Server/1";

  private final TestNode node = new TestNode();
  private final DisconnectDetector disconnects =
      new DisconnectDetector(new ClientSocketFinder(true, SERVER));
  private final SseTransport transport =
      new SseTransport(
          new StreamOutputSelector(true, SERVER),
          disconnects,
          new TestNode().sessions.lingering(),
          null);
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private @Nullable AsyncListener container;
  private int completed;
  private boolean isOverForTheContainer;

  private final ServletOutputStream out =
      new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          try {
            listener.onWritePossible();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        }

        @Override
        public void write(int b) {
          sent.write(b);
        }
      };

  private @Nullable EventSession session;

  @BeforeEach
  void open() throws ProblemException, IOException {
    ConnectionLimiter.Permit place =
        node.limits.tryAcquire(node.ann().tenant(), node.ann().subject());
    EventSession opened =
        new SseProtocol()
            .accept(FakeStreamRequest.channels("a"))
            .open(node.context, transport, node.ann(), Objects.requireNonNull(place));
    session = opened;
    EventSession.Opening opening = opened.subscribe();
    transport.begin(async(), opened, node.tasks::add);
    ((EventSession.Opening.Begun) opening).start().run();
    node.run();
    assertTrue(sent.toString(StandardCharsets.UTF_8).contains("event: subscribed"));
  }

  @AfterEach
  void close() throws IOException {
    disconnects.close();
  }

  @Test
  void aDisconnectEndsTheSessionAndTheResponseOnce() {
    transport.onDisconnect();
    assertEquals(0, completed, "the thread that notices it is not held up");
    node.run();
    assertEquals(1, completed);
    assertTrue(node.isQuiet());
    assertNull(disconnected().code());
    transport.onDisconnect();
    transport.close(Problem.of(Code.DRAINING, "the node stops"));
    node.advance(Duration.ofSeconds(10));
    assertEquals(1, completed);
    assertNull(disconnected().code());
  }

  @Test
  void aDisconnectDuringTheEndChangesNothing() {
    Objects.requireNonNull(session).end(Problem.of(Code.DRAINING, "the node stops"));
    transport.onDisconnect();
    node.run();
    assertEquals(1, completed);
    assertTrue(node.isQuiet());
    assertEquals("draining", disconnected().code());
  }

  @Test
  void ignoresWritesAfterTheContainerEndedTheResponse() throws IOException {
    isOverForTheContainer = true;
    Objects.requireNonNull(container).onError(new AsyncEvent(async()));
    node.run();
    transport.onDisconnect();
    node.run();
    assertEquals(0, completed);
    assertTrue(node.isQuiet());
    assertNull(disconnected().code());
  }

  @Test
  void aContainerThatRefusesToCompleteIsNoFailure() {
    isOverForTheContainer = true;
    transport.onDisconnect();
    node.run();
    assertEquals(1, completed);
    assertTrue(node.isQuiet());
  }

  /** Returns the only event of a closed connection. */
  private ConnectionEvent.Disconnected disconnected() {
    List<ConnectionEvent.Disconnected> events =
        node.listener.ofType(ConnectionEvent.Disconnected.class);
    assertEquals(1, events.size());
    return events.get(0);
  }

  private AsyncContext async() {
    ServletRequest request = fake(ServletRequest.class, (name, argument) -> "HTTP/1.1");
    ServletResponse response =
        fake(
            ServletResponse.class, (name, argument) -> name.equals("getOutputStream") ? out : null);
    return fake(
        AsyncContext.class,
        (name, argument) ->
            switch (name) {
              case "getRequest" -> request;
              case "getResponse" -> response;
              case "addListener" -> {
                container = (AsyncListener) argument;
                yield null;
              }
              case "complete" -> complete();
              default -> null;
            });
  }

  private @Nullable Object complete() {
    completed++;
    if (isOverForTheContainer) {
      throw new IllegalStateException("the response is over");
    }
    return null;
  }

  private interface Answers {
    @Nullable Object to(String name, @Nullable Object argument);
  }

  private static <T> T fake(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object answer = answers.to(method.getName(), arguments == null ? null : arguments[0]);
              return method.getReturnType() == void.class ? null : answer;
            }));
  }
}
