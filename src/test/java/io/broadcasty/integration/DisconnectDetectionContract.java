package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.TransportType;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that a disconnect is detected by the end of the connection, not by a heartbeat: the
 * heartbeat interval is an hour.
 */
abstract class DisconnectDetectionContract extends ServerTestBase {

  private static final System.Logger LOG =
      System.getLogger(DisconnectDetectionContract.class.getName());
  private static final int CLIENTS = 50;
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  @BeforeEach
  void nobodyIsThere() {
    for (TransportType transport : TransportType.values()) {
      awaitConnections(transport, 0, Api.PATIENCE);
    }
  }

  @Test
  void detectsTheEndOfAWebSocketAtOnce() throws IOException {
    allAreNoticed(TransportType.WEBSOCKET);
  }

  @Test
  void aMemberWhoseConnectionBreaksLeavesAtOnce() throws IOException {
    String room = Api.freshChannel("presence-");
    try (RawSocket member = RawSocket.webSocket(api, api.tokens.member())) {
      member.writeText("{\"id\":1,\"command\":\"join\",\"channel\":\"" + room + "\"}");
      member.readUntil("bob");
      assertTrue(members(room).contains("\"count\":1"), members(room));
      member.reset();
      Api.await("the member to leave", AT_ONCE, () -> members(room).contains("\"count\":0"));
    }
  }

  /**
   * Asserts that all disconnects are detected; half of the clients close their connections, half
   * reset them.
   */
  final void allAreNoticed(TransportType transport) throws IOException {
    List<RawSocket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(open(transport));
      }
      awaitConnections(transport, CLIENTS, Api.PATIENCE);
      long closedNanos = System.nanoTime();
      for (int i = 0; i < CLIENTS; i++) {
        if (i % 2 == 0) {
          clients.get(i).closeOutput(); // otherwise unread bytes would cause a reset
          clients.get(i).close();
        } else {
          clients.get(i).reset();
        }
      }
      awaitConnections(transport, 0, AT_ONCE);
      long millis = (System.nanoTime() - closedNanos) / 1_000_000;
      LOG.log(
          Level.INFO,
          () -> CLIENTS + " of " + transport.wireName() + " were noticed after ms: " + millis);
    } finally {
      for (RawSocket client : clients) {
        client.close();
      }
    }
  }

  private RawSocket open(TransportType transport) throws IOException {
    String token = api.tokens.guest();
    return transport == TransportType.SSE
        ? RawSocket.eventStream(api, token, "gone")
        : RawSocket.webSocket(api, token);
  }

  final void awaitConnections(TransportType transport, int count, Duration patience) {
    String sample = "broadcasty_connections{transport=\"" + transport.wireName() + "\"}";
    Api.await(sample + " " + count, patience, () -> Scrape.of(api).value(sample) == count);
  }

  private String members(String room) {
    var answer = api.get("/broadcasty/presence?channel=" + room, api.tokens.publisher());
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }
}
