package io.broadcasty.transport.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests {@link DisconnectDetector} on real sockets. The test itself runs the rounds of the
 * detector.
 */
@Timeout(60)
class DisconnectDetectorTest {

  private static final int MAX_ROUNDS = 20;

  private final DisconnectDetector detector =
      new DisconnectDetector(new ClientSocketFinder(true, "Some Server/1"));
  private final List<AutoCloseable> opened = new ArrayList<>();
  private ServerSocketChannel server = closedServer();

  private static ServerSocketChannel closedServer() {
    try {
      return ServerSocketChannel.open();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Both ends of a connection; the server's does not block, as in a container. */
  private final class Connection {
    final Socket client = new Socket();
    final SocketChannel accepted;
    int reported;

    Connection() throws IOException {
      client.connect(server.getLocalAddress());
      accepted = server.accept();
      accepted.configureBlocking(false);
      opened.add(client);
      opened.add(accepted);
    }

    DisconnectDetector.Watch watch() {
      return detector.watch(accepted, () -> reported++);
    }

    void reset() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }
  }

  @BeforeEach
  void listen() throws IOException {
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void closeAll() throws Exception {
    detector.close();
    for (AutoCloseable each : opened) {
      each.close();
    }
    server.close();
  }

  @Test
  void detectsAClose() throws Exception {
    Connection connection = new Connection();
    connection.watch();
    connection.client.close();
    roundsUntil(() -> connection.reported == 1);
    roundsUntilNoneIsWatched();
    assertEquals(1, connection.reported);
  }

  @Test
  void detectsAReset() throws Exception {
    Connection connection = new Connection();
    connection.watch();
    connection.reset();
    roundsUntil(() -> connection.reported == 1);
  }

  @Test
  void detectsAHalfClose() throws Exception {
    Connection connection = new Connection();
    connection.watch();
    connection.client.shutdownOutput();
    roundsUntil(() -> connection.reported == 1);
    write(connection.accepted, "it can still read");
    assertEquals('i', connection.client.getInputStream().read());
  }

  @Test
  void detectsAnEarlierDisconnect() throws Exception {
    Connection connection = new Connection();
    connection.client.close();
    connection.watch();
    roundsUntil(() -> connection.reported == 1);
  }

  @Test
  void reportsASocketTheServerClosedBefore() throws Exception {
    Connection connection = new Connection();
    connection.accepted.close();
    connection.watch();
    roundsUntil(() -> connection.reported == 1);
  }

  @Test
  void receivedBytesEndTheWatchUnread() throws Exception {
    Connection connection = new Connection();
    connection.watch();
    connection
        .client
        .getOutputStream()
        .write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.UTF_8));
    connection.client.getOutputStream().flush();
    roundsUntil(() -> detector.watchedCount() == 1);
    roundsUntilNoneIsWatched();
    ByteBuffer read = ByteBuffer.allocate(100);
    assertEquals(16, connection.accepted.read(read));
    assertEquals(0, connection.reported);
    connection.client.close();
    awaitAnotherEnd();
    assertEquals(0, connection.reported);
  }

  @Test
  void aStoppedWatchReportsNothing() throws Exception {
    Connection connection = new Connection();
    DisconnectDetector.Watch before = connection.watch();
    before.stop(); // before it is registered
    Connection other = new Connection();
    DisconnectDetector.Watch watch = other.watch();
    roundsUntil(() -> detector.watchedCount() == 1);
    watch.stop();
    connection.client.close();
    other.client.close();
    awaitAnotherEnd();
    assertEquals(0, connection.reported);
    assertEquals(0, other.reported);
  }

  @Test
  void endsTheConnectionOfAStoppedWatch() throws Exception {
    Connection connection = new Connection();
    DisconnectDetector.Watch watch = connection.watch();
    detector.poll();
    watch.stop();
    watch.endConnection();
    assertEquals(-1, connection.client.getInputStream().read());
    assertThrows(
        ClosedChannelException.class,
        () -> connection.accepted.write(ByteBuffer.wrap(new byte[] {1})));
    watch.endConnection();
    connection.accepted.close();
    watch.endConnection();
    assertEquals(0, connection.reported);
  }

  @Test
  void aConnectionMayCarryOneStreamAfterAnother() throws Exception {
    Connection connection = new Connection();
    for (int stream = 0; stream < 5; stream++) {
      DisconnectDetector.Watch watch = connection.watch();
      roundsUntil(() -> detector.watchedCount() == 1);
      watch.stop(); // watches again before this watch is released
    }
    connection.watch();
    connection.client.close();
    roundsUntil(() -> connection.reported == 1);
  }

  @Test
  void aSocketThatTheServerClosesIsReleased() throws Exception {
    Connection connection = new Connection();
    connection.watch();
    roundsUntil(() -> detector.watchedCount() == 1);
    connection.accepted.close();
    assertEquals(-1, connection.client.getInputStream().read(), "the client hears of it at once");
    roundsUntilNoneIsWatched();
    assertEquals(0, connection.reported);
  }

  @Test
  void reportsManyDisconnects() throws Exception {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Connection connection = new Connection();
      connection.watch();
      all.add(connection);
    }
    for (int i = 0; i < 50; i++) {
      if (i % 5 == 0) {
        all.get(i).client.close();
      } else if (i % 5 == 1) {
        all.get(i).reset();
      }
    }
    roundsUntil(() -> all.stream().mapToInt(each -> each.reported).sum() == 20);
    awaitAnotherEnd();
    for (int i = 0; i < 50; i++) {
      assertEquals(i % 5 < 2 ? 1 : 0, all.get(i).reported, "connection " + i);
    }
    roundsUntil(() -> detector.watchedCount() == 30);
  }

  @Test
  void aSocketThatBlocksIsNotWatched() throws Exception {
    Connection connection = new Connection();
    connection.accepted.configureBlocking(true);
    connection.watch();
    connection.client.close();
    awaitAnotherEnd();
    assertEquals(0, connection.reported);
  }

  @Test
  void aFailingListenerDoesNotAffectOthers() throws Exception {
    Connection bad = new Connection();
    Connection good = new Connection();
    detector.watch(
        bad.accepted,
        () -> {
          bad.reported++;
          throw new IllegalStateException("the listener of a test");
        });
    good.watch();
    roundsUntil(() -> detector.watchedCount() == 2);
    bad.client.close();
    good.client.close();
    int failures = 0;
    for (int i = 0; i < MAX_ROUNDS && (good.reported == 0 || bad.reported == 0); i++) {
      try {
        assertTrue(detector.poll());
      } catch (IllegalStateException e) {
        failures++; // the loop logs it and continues
      }
    }
    assertEquals(1, failures);
    assertEquals(1, good.reported);
    assertEquals(1, bad.reported);
  }

  @Test
  void pollReturnsFalseOnceClosed() throws Exception {
    new Connection().watch();
    assertTrue(detector.poll());
    detector.close();
    assertFalse(detector.poll());
    assertEquals(0, detector.watchedCount());
  }

  @Test
  void anInterruptEndsARound() {
    Thread.currentThread().interrupt();
    boolean interrupted = false;
    try {
      detector.poll();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    assertTrue(interrupted);
  }

  @Test
  void aRequestWhoseSocketIsNotFoundIsNotWatched() {
    ServletRequest request =
        (ServletRequest)
            Proxy.newProxyInstance(
                ServletRequest.class.getClassLoader(),
                new Class<?>[] {ServletRequest.class},
                (proxy, method, arguments) -> "HTTP/1.1");
    assertNull(detector.watch(request, () -> {}));
  }

  /**
   * Waits until a new disconnect is reported, so that an earlier one would have been reported too.
   */
  private void awaitAnotherEnd() throws Exception {
    Connection another = new Connection();
    another.watch();
    another.client.close();
    roundsUntil(() -> another.reported == 1);
  }

  private void roundsUntilNoneIsWatched() throws InterruptedException {
    roundsUntil(() -> detector.watchedCount() == 0);
  }

  private void roundsUntil(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < MAX_ROUNDS && !condition.getAsBoolean(); i++) {
      assertTrue(detector.poll());
    }
    assertTrue(condition.getAsBoolean());
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
