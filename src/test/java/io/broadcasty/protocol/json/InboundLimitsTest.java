package io.broadcasty.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.ratelimit.UnauthenticatedLimits;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tests how much a WebSocket client may send, by bytes and before it has authenticated. */
class InboundLimitsTest {

  private static final String PING = "{\"id\":7,\"command\":\"ping\"}";

  private final TestNode node = new TestNode();

  private final UnauthenticatedConnections unauthenticated =
      new UnauthenticatedConnections(
          new UnauthenticatedLimits(5, 5, true, new Rate(100, 100), Duration.ofMinutes(1)),
          node.time);

  private void limit(long perSecond, long burst) {
    node.tenants.set(
        TestNode.ACME, acme -> acme.userBytesPerSecond(perSecond).userBytesBurst(burst));
  }

  private static String publish(int payloadCharacters) {
    return "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":\""
        + "x".repeat(payloadCharacters)
        + "\"}";
  }

  private Map<String, Object> request(TestNode.Client client, String text) {
    client.session.countMessage(text);
    return client.request(text);
  }

  private void send(TestNode.Client client, String text) {
    client.session.countMessage(text);
    client.send(text);
  }

  /** Sends a frame of several commands; returns the latest frame that came back. */
  private String sendFrame(TestNode.Client client, List<String> commands) {
    String text = "[" + String.join(",", commands) + "]";
    client.session.countMessage(text);
    client.session.onText(text);
    node.run();
    String latest = client.frames.get(client.frames.size() - 1).text();
    client.frames.clear();
    return latest;
  }

  private static Object code(Map<String, Object> answer) {
    return Objects.requireNonNull(JsonTree.object(answer, "error").get("code"));
  }

  @Test
  void bytesBeyondTheRateAreRefusedUntilTheyHaveComeBack() {
    limit(1000, 4000);
    TestNode.Client client = node.connect().authenticate(node.ann());
    assertFalse(request(client, publish(3900)).containsKey("error"));
    Map<String, Object> refused = request(client, publish(900));
    assertEquals("rate_limited", code(refused));
    assertEquals(1L, JsonTree.number(refused, "reply"));
    Map<String, Object> error = JsonTree.object(refused, "error");
    assertEquals(1L, JsonTree.number(error, "retryAfter"));
    assertTrue(String.valueOf(error.get("detail")).contains("4000 bytes for this user"));
    node.time.advance(Duration.ofSeconds(1));
    assertFalse(request(client, publish(800)).containsKey("error"));
  }

  @Test
  void theBytesOfAnotherConnectionOfTheUserCountToo() {
    limit(1, 4000);
    request(node.connect().authenticate(node.ann()), publish(3000));
    TestNode.Client second = node.connect().authenticate(node.ann());
    assertEquals("rate_limited", code(request(second, publish(2000))));
  }

  @Test
  void theBytesOfATenantCountForAllItsUsers() {
    node.tenants.set(TestNode.ACME, a -> a.tenantBytesPerSecond(1).tenantBytesBurst(4000));
    request(node.connect().authenticate(node.ann()), publish(3000));
    TestNode.Client bob =
        node.connect().authenticate(node.caller("bob", Duration.ofHours(1), "publisher"));
    Map<String, Object> refused = request(bob, publish(2000));
    assertEquals("rate_limited", code(refused));
    assertTrue(refused.toString().contains("for this tenant"));
  }

  @Test
  void aMessageLargerThanTheBurstIsRefusedForGood() {
    limit(1000, 4000);
    TestNode.Client client = node.connect().authenticate(node.ann());
    Map<String, Object> refused = request(client, publish(5000));
    assertEquals("payload_too_large", code(refused));
    assertFalse(JsonTree.object(refused, "error").containsKey("retryAfter"));
    assertFalse(request(client, publish(3000)).containsKey("error"), "it cost nothing");
  }

  @Test
  void shortCommandsCountForMoreThanTheirBytes() {
    limit(1, 256 * 10);
    TestNode.Client client = node.connect().authenticate(node.ann());
    List<String> pings = Collections.nCopies(10, PING);
    sendFrame(client, pings);
    assertEquals("rate_limited", code(request(client, PING)));
  }

  @Test
  void eachCommandOfARefusedFrameIsAnswered() {
    limit(1, 1024);
    TestNode.Client client = node.connect().authenticate(node.ann());
    sendFrame(client, List.of(PING, PING, PING));
    String answer = sendFrame(client, List.of(PING, "{\"id\":\"b\",\"command\":\"ping\"}"));
    assertTrue(answer.startsWith("[{\"reply\":7,\"error\":"), answer);
    assertTrue(answer.contains("{\"reply\":\"b\",\"error\":{\"code\":\"rate_limited\""), answer);
  }

  @Test
  void framesThatAreNotUnderstoodCountToo() {
    limit(1, 4000);
    TestNode.Client client = node.connect().authenticate(node.ann());
    assertEquals("invalid_json", code(request(client, "{" + "x".repeat(3900))));
    assertEquals("rate_limited", code(request(client, PING)));
  }

  @Test
  void aClientThatIgnoresRefusalsForABurstIsClosed() {
    limit(1, 4000);
    TestNode.Client client = node.connect().authenticate(node.ann());
    request(client, publish(3900));
    for (int i = 0; i < 4; i++) {
      send(client, publish(900));
    }
    assertEquals(List.of(), client.closed);
    send(client, publish(900));
    assertEquals(List.of("rate_limited 4429"), client.closed);
  }

  @Test
  void pingFramesAreAnsweredOnlyWithinTheLimits() {
    limit(1, 256 * 3);
    TestNode.Client client = node.connect().authenticate(node.ann());
    for (int i = 0; i < 10; i++) {
      client.session.onPing(EncodedFrame.control(new byte[] {1}));
    }
    node.run();
    assertEquals(3, client.frames.size());
    assertEquals(List.of(), client.closed);
  }

  @Test
  void aClientWithoutATokenMaySendFewCommands() {
    TestNode.Client client = node.connect();
    for (int i = 0; i < 20; i++) {
      send(client, "{\"id\":1,\"command\":\"connect\",\"token\":\"guess " + i + "\"}");
    }
    assertEquals(List.of(), client.closed);
    send(client, PING);
    assertEquals(List.of("protocol_error 4400"), client.closed);
  }

  @Test
  void aFrameFullOfTokensIsNotVerifiedToItsEnd() {
    TestNode.Client client = node.connect();
    List<String> guesses =
        Collections.nCopies(100, "{\"id\":1,\"command\":\"connect\",\"token\":\"no\"}");
    sendFrame(client, guesses);
    assertEquals(20, node.listener.take().stream().filter(this::isRefusedToken).count());
    assertEquals(List.of("protocol_error 4400"), client.closed);
  }

  private boolean isRefusedToken(Object event) {
    return event instanceof TokenRefused;
  }

  @Test
  void whatFollowsAConnectInItsFrameIsNotCounted() {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    TestNode.Client client = node.connect();
    List<String> commands = new ArrayList<>();
    commands.add("{\"id\":0,\"command\":\"connect\",\"token\":\"good\"}");
    commands.addAll(Collections.nCopies(99, PING));
    assertFalse(sendFrame(client, commands).contains("error"));
    assertEquals(List.of(), client.closed);
  }

  private UnauthenticatedConnections.Place occupy(TestNode.Client client) {
    UnauthenticatedConnections.Place place =
        assertInstanceOf(
            UnauthenticatedConnections.Place.class, unauthenticated.tryAcquire("192.0.2.1"));
    client.session.occupyUntilAuthenticated(place);
    assertTrue(place.isInUse());
    return place;
  }

  @Test
  void aConnectionWithoutATokenHasItsPlaceUntilItConnects() {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    TestNode.Client client = node.connect();
    occupy(client);
    send(client, "{\"id\":1,\"command\":\"connect\",\"token\":\"bad\"}");
    assertEquals(1, unauthenticated.count());
    send(client, "{\"id\":2,\"command\":\"connect\",\"token\":\"good\"}");
    assertEquals(0, unauthenticated.count());
    assertEquals(List.of(), client.closed);
  }

  @Test
  void theTenantThatTheHandshakeNamedIsThatOfTheToken() {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    TestNode.Client client = node.connect();
    UnauthenticatedConnections.Place place = occupy(client);
    place.restrictTo("globex");
    String connect = "{\"id\":1,\"command\":\"connect\",\"token\":\"good\"}";
    assertTrue(sendFrame(client, List.of(connect)).contains("forbidden"));
    assertEquals(1, unauthenticated.count());
    TestNode.Client right = node.connect();
    occupy(right).restrictTo("acme");
    assertFalse(sendFrame(right, List.of(connect)).contains("error"));
  }

  @Test
  void aConnectionWithoutATokenHasItsPlaceUntilItEnds() {
    TestNode.Client late = node.connect();
    occupy(late);
    node.advance(Duration.ofSeconds(11));
    assertEquals(List.of("unauthorized 4401"), late.closed);
    assertEquals(0, unauthenticated.count());
    TestNode.Client gone = node.connect();
    gone.session.onTransportClosed();
    node.run();
    occupy(gone);
    assertEquals(0, unauthenticated.count());
  }
}
