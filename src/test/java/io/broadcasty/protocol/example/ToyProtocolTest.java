package io.broadcasty.protocol.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.protocol.compact.CompactProtocol;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.transport.websocket.FakeContainer;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.PublishReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tests that a protocol needs one package and one entry in the list, and that the transport runs it
 * as any other.
 */
class ToyProtocolTest {

  private final TestNode node = new TestNode();
  private final CommandReader commands = new CommandReader(new PublishReader());
  private final FakeContainer container =
      new FakeContainer(
          node,
          new Protocols(
              List.of(
                  new NativeProtocol(commands), new CompactProtocol(commands), new ToyProtocol()),
              List.of(new SseProtocol())));

  private FakeContainer.Client toy(Map<String, String> query) throws Exception {
    FakeContainer.Client client = container.open("x.unknown, toy.lines, broadcasty.v1", query);
    assertEquals(101, client.status());
    assertEquals("toy.lines", client.subprotocol());
    client.send("token good");
    client.send("sub news");
    assertEquals(List.of("hello", "subscribed"), client.messages());
    return client;
  }

  @Test
  void aToyProtocolRunsThroughTheTransportBesideTheOthers() throws Exception {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    int encodedBefore = ToyProtocol.Encoder.QUIET.encoded;
    FakeContainer.Client first = toy(Map.of());
    FakeContainer.Client loud = toy(Map.of("loud", "true"));
    node.publish("news", "\"ü\"");
    assertEquals(List.of("news 1 \"ü\""), first.messages());
    assertEquals(List.of("NEWS 1 \"Ü\""), loud.messages());
    node.publish("news", "2");
    assertEquals(List.of("news 2 2"), first.messages());
    assertEquals(2, ToyProtocol.Encoder.QUIET.encoded - encodedBefore, "once for each publication");
    node.advance(java.time.Duration.ofMinutes(1));
    assertEquals(List.of("bye idle"), first.messages());
    node.advance(java.time.Duration.ofSeconds(10));
    assertTrue(node.isQuiet());
  }

  @Test
  void eventsNameTheAddressOfTheHandshake() throws Exception {
    container.open("toy.lines", Map.of()).send("token bad");
    assertEquals(
        FakeContainer.ADDRESS,
        node.listener.ofType(ConnectionEvent.Connected.class).get(0).connection().address());
    assertEquals(
        FakeContainer.ADDRESS,
        node.listener.ofType(ConnectionEvent.TokenRefused.class).get(0).address());
  }

  @Test
  void negotiatesTheFirstSupportedProtocol() throws Exception {
    assertEquals(
        "broadcasty.v2", container.open("broadcasty.v2, broadcasty.v1", Map.of()).subprotocol());
    assertEquals(
        "broadcasty.v1", container.open("broadcasty.v1, toy.lines", Map.of()).subprotocol());
    assertEquals(null, container.open("x.unknown", Map.of()).subprotocol());
    assertEquals(400, container.open("toy.lines", Map.of("loud", "perhaps")).status());
    assertEquals(400, container.open("broadcasty.v2", Map.of("include", "all")).status());
    assertEquals(101, container.open("broadcasty.v1", Map.of("include", "all")).status());
  }
}
