package io.broadcasty.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.lifecycle.LifecycleEvent;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.delivery.session.DisconnectListener;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.SuspensionReason;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.TestPublications;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests a WebSocket connection from handshake to close, with time and tasks run by hand. */
class NativeSessionTest {

  private final TestNode node = new TestNode();

  /** Checks that nothing of a test's connections is left, however they ended. */
  @AfterEach
  void checkNothingIsLeft() {
    node.advance(Duration.ofHours(2));
    node.advance(Duration.ofSeconds(6));
    assertTrue(node.isQuiet(), "a session or a topic was left");
    for (int i = 0; i < TestNode.PLACES; i++) {
      assertNotNull(
          node.limits.tryAcquire(node.ann().tenant(), node.ann().subject()),
          "a place was not given back");
    }
  }

  private static String error(Map<String, Object> reply) {
    return String.valueOf(JsonTree.object(reply, "error").get("code"));
  }

  private static String subscribe(String channel) {
    return "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}";
  }

  private static String publish(int id, String channel) {
    return "{\"id\":"
        + id
        + ",\"command\":\"publish\",\"channel\":\""
        + channel
        + "\",\"payload\":1}";
  }

  private static String publish(int id, String channel, String fields) {
    return publish(id, channel).replace("}", "," + fields + "}");
  }

  @Test
  void whatIsEphemeralIsDeliveredWithoutAPositionAndNotReplayed() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    ann.request(subscribe("a"));
    ann.send(publish(2, "a"));
    List<Map<String, Object>> sent =
        ann.send(publish(3, "a", "\"store\":false,\"event\":\"typing\""));
    Map<String, Object> reply =
        JsonTree.object(
            sent.stream().filter(m -> m.containsKey("reply")).findAny().get(), "result");
    assertEquals(false, reply.get("stored"));
    assertNull(reply.get("sequence"));
    Map<String, Object> push = sent.stream().filter(m -> m.containsKey("push")).findAny().get();
    assertEquals("ephemeral", push.get("push"));
    assertEquals("typing", push.get("event"));
    assertEquals(reply.get("id"), push.get("id"));
    assertNull(push.get("sequence"));
    assertNull(push.get("epoch"));
    TestNode.Client late = node.connect().authenticate(node.ann());
    List<Map<String, Object>> replay =
        late.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\",\"fromSequence\":0}");
    assertEquals(2, replay.size(), replay::toString);
  }

  @Test
  void subscribersGetThePlaceOfAnErasedMessage() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    ann.send(publish(2, "a"));
    ann.send(publish(3, "a"));
    TenantChannel channel = new TenantChannel(TestNode.ACME, new ChannelName("a"));
    String epoch = node.broker.states(channel, 1).get(0).epoch();
    assertEquals(1, node.broker.erase(new StreamKey(channel, 0, epoch), Set.of(1L)));
    List<Map<String, Object>> replay =
        ann.send("{\"id\":4,\"command\":\"subscribe\",\"channel\":\"a\",\"fromSequence\":0}");
    assertEquals(3, replay.size(), replay::toString);
    assertEquals("skipped", replay.get(1).get("push"));
    assertEquals(1L, replay.get(1).get("sequence"));
    assertNull(replay.get(1).get("payload"));
    assertEquals("publication", replay.get(2).get("push"));
  }

  @Test
  void publishesToOthersThanTheOwnConnection() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    TestNode.Client bob = node.connect().authenticate(node.ann());
    ann.request(subscribe("a"));
    bob.request(subscribe("a"));
    List<Map<String, Object>> own = ann.send(publish(2, "a", "\"toOthers\":true"));
    Map<String, Object> skipped = own.stream().filter(m -> m.containsKey("push")).findAny().get();
    assertEquals("skipped", skipped.get("push"));
    assertEquals(1L, skipped.get("sequence"));
    assertNull(skipped.get("payload"));
    assertEquals("publication", bob.take().get(0).get("push"));
    List<Map<String, Object>> typing =
        ann.send(publish(3, "a", "\"toOthers\":true,\"store\":false"));
    assertEquals(1, typing.size(), "the reply alone");
    assertEquals("ephemeral", bob.take().get(0).get("push"));
    Object session =
        JsonTree.object(bob.request("{\"id\":9,\"command\":\"connect\",\"token\":\"x\"}"), "result")
            .get("session");
    ann.send(publish(4, "a", "\"toOthers\":\"" + session + "\""));
    assertEquals("skipped", bob.take().get(0).get("push"));
    ann.send(publish(5, "a", "\"toOthers\":\"nobody\""));
    assertEquals("publication", bob.take().get(0).get("push"));
  }

  @Test
  void whatIsPublishedToOthersKeepsItsCompactionKey() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    ann.request(publish(1, "a", "\"toOthers\":true,\"compactionKey\":\"k\""));
    List<Publication> kept =
        TestPublications.kept(
            node.broker, new TenantChannel(TestNode.ACME, new ChannelName("a")), 0);
    assertEquals("k", kept.get(0).envelope().message().origin().compactionKey());
  }

  @Test
  void anAdministratorEndsTheConnectionsOfAUser() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    TestNode.Client bob = node.connect().authenticate(node.caller("bob", Duration.ofHours(1)));
    DisconnectListener listener = new DisconnectListener(node.sessions);
    listener.onMessage(new ControlMessage.SettingsChanged(null));
    listener.onMessage(
        new ControlMessage.Disconnect(TestNode.ACME, "ann", null, null, "disconnected"));
    node.run();
    assertEquals(List.of("disconnected 4410"), ann.closed);
    assertEquals("disconnected", ann.take().get(0).get("code"));
    assertEquals(List.of(), bob.closed);
    assertEquals(1, node.sessions.size());
  }

  /** The code may come from a newer node. */
  @Test
  void anUnknownCodeBecomesDisconnected() {
    for (String code : List.of("of the future", "invalid_json")) {
      TestNode.Client ann = node.connect().authenticate(node.ann());
      node.sessions.disconnect(new ControlMessage.Disconnect(null, "ann", null, null, code));
      node.run();
      assertEquals(List.of("disconnected 4410"), ann.closed);
    }
  }

  @Test
  void sendsHeartbeatsAndClosesASilentClient() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    for (int i = 0; i < 41; i++) {
      node.advance(Duration.ofSeconds(1));
    }
    assertEquals(2, client.heartbeats);
    assertEquals(List.of(), client.closed);
    client.session.recordActivity();
    node.advance(Duration.ofSeconds(41));
    assertEquals(List.of(), client.closed);
    node.advance(Duration.ofSeconds(1));
    assertEquals("idle", client.take().get(0).get("code"));
    assertEquals(List.of("idle 4409"), client.closed);
  }

  @Test
  void doesNotCloseClientsAfterAStandstillOfTheNode() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    TestNode.Client late = node.connect();
    node.pause(Duration.ofMinutes(1));
    assertEquals(List.of(), client.closed);
    node.advance(Duration.ofSeconds(10));
    assertEquals(List.of(), late.closed);
    node.advance(Duration.ofSeconds(1));
    assertEquals(List.of("unauthorized 4401"), late.closed);
    node.advance(Duration.ofSeconds(30));
    assertEquals(List.of(), client.closed);
    node.advance(Duration.ofSeconds(1));
    assertEquals(List.of("idle 4409"), client.closed);
  }

  @Test
  void closesAClientThatDoesNotConnectInTime() {
    TestNode.Client client = node.connect();
    assertEquals("unauthorized", error(client.request(subscribe("a"))));
    assertEquals("unauthorized", error(client.request(publish(2, "a"))));
    node.advance(Duration.ofSeconds(10));
    assertEquals(List.of(), client.closed);
    node.advance(Duration.ofSeconds(1));
    assertEquals(List.of("unauthorized 4401"), client.closed);
  }

  @Test
  void repliesToConnectWithSubjectAndSettings() {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    TestNode.Client client = node.connect();
    String connect = "{\"id\":\"c\",\"command\":\"connect\",\"token\":\"%s\"}";
    assertEquals("unauthorized", error(client.request(connect.formatted("bad"))));
    Map<String, Object> result =
        JsonTree.object(client.request(connect.formatted("good")), "result");
    assertEquals("ann", result.get("subject"));
    assertEquals("acme", result.get("tenant"));
    assertEquals(20_000L, result.get("pingInterval"));
    client.request(connect.formatted("good"));
    client.session.onTransportClosed();
  }

  @Test
  void announcesTheExpiryOfATokenAndThenEnds() {
    TestNode.Client client =
        node.connect().authenticate(node.caller("ann", Duration.ofSeconds(60)));
    node.advance(Duration.ofSeconds(19));
    assertEquals(List.of(), client.take());
    node.advance(Duration.ofSeconds(1));
    node.advance(Duration.ofSeconds(1));
    assertEquals(List.of("expiring"), client.take().stream().map(p -> p.get("push")).toList());
    client.session.recordActivity();
    node.advance(Duration.ofSeconds(39));
    Map<String, Object> end = client.take().get(0);
    assertEquals("token_expired", end.get("code"));
    assertEquals("no", end.get("retry"));
    assertEquals(List.of("token_expired 4402"), client.closed);
  }

  /**
   * Otherwise a client that does not read the end frame could publish until the connection is cut.
   */
  @Test
  void executesNothingAfterTheEnd() {
    TestNode.Client client =
        node.connect().authenticate(node.caller("ann", Duration.ofSeconds(10)));
    client.reading = false;
    client.send("{\"id\":1,\"command\":\"ping\"}");
    node.advance(Duration.ofSeconds(10));
    client.session.onText(publish(2, "a"));
    node.run();
    assertEquals(List.of(), node.broker.channels(TestNode.ACME, ChannelPattern.parse("*"), 9));
    assertEquals(List.of(), client.closed, "it has some seconds to drain");
    node.advance(Duration.ofSeconds(6));
    assertEquals(List.of("token_expired 4402"), client.closed);
  }

  @Test
  void aRefreshExtendsTheSessionOfTheSameUser() {
    TestNode.Client client =
        node.connect().authenticate(node.caller("ann", Duration.ofSeconds(60)));
    node.tokens.put(
        "longer", new Authenticator.Authenticated(node.caller("ann", Duration.ofSeconds(100))));
    node.tokens.put(
        "bob", new Authenticator.Authenticated(node.caller("bob", Duration.ofHours(1))));
    node.tokens.put("old", new Authenticator.Refused("it has expired", true));
    String refresh = "{\"id\":1,\"command\":\"refresh\",\"token\":\"%s\"}";
    assertEquals("unauthorized", error(client.request(refresh.formatted("bob"))));
    assertEquals("token_expired", error(client.request(refresh.formatted("old"))));
    assertTrue(client.request(refresh.formatted("longer")).containsKey("result"));
    node.advance(Duration.ofSeconds(40));
    client.session.recordActivity();
    node.advance(Duration.ofSeconds(30));
    assertEquals(List.of(), client.closed);
    client.session.recordActivity();
    node.advance(Duration.ofSeconds(30));
    assertEquals(List.of("token_expired 4402"), client.closed);
  }

  @Test
  void aRefreshWithFewerRolesReportsLostSubscriptions() {
    TestNode.Client client =
        node.connect().authenticate(node.caller("ann", Duration.ofSeconds(60), "secrets"));
    for (String target : List.of("secret", "a.*", "open")) {
      client.request(subscribe(target));
    }
    node.publish("a.1", "1");
    client.take();
    node.tokens.put("less", new Authenticator.Authenticated(node.ann()));
    List<Map<String, Object>> answers =
        client.send("{\"id\":9,\"command\":\"refresh\",\"token\":\"less\"}");
    assertEquals(9L, answers.get(0).get("reply"));
    assertEquals(
        List.of(Map.of("push", "unsubscribed", "channel", "secret", "code", "forbidden")),
        answers.subList(1, answers.size()));
    node.publish("a.2", "1");
    assertEquals(List.of(1L), client.sequences());
  }

  @Test
  void aRefreshWithFewerRolesReportsLostMembers() {
    TestNode.Client client =
        node.connect().authenticate(node.caller("ann", Duration.ofSeconds(60), "secrets"));
    client.request(subscribe("presence-hidden"));
    client.request(command(2, "presence", "presence-hidden", ""));
    client.request(command(3, "join", "presence-room", ""));
    client.request(command(4, "join", "presence-quiet", ",\"member\":{\"id\":\"guest\"}"));
    client.send(command(5, "join", "presence-hidden", ""));
    client.take();
    node.tokens.put("less", new Authenticator.Authenticated(node.ann()));
    List<Map<String, Object>> answers =
        client.send("{\"id\":9,\"command\":\"refresh\",\"token\":\"less\"}");
    assertEquals(9L, answers.get(0).get("reply"));
    assertEquals(
        List.of(
            Map.of("push", "unwatched", "channel", "presence-hidden", "code", "forbidden"),
            Map.of("push", "left", "channel", "presence-hidden", "code", "forbidden"),
            Map.of("push", "left", "channel", "presence-quiet", "code", "forbidden")),
        answers.subList(1, answers.size()));
    assertEquals(1, members("presence-room"));
    assertEquals(0, members("presence-hidden"));
    assertEquals(0, members("presence-quiet"));
    assertEquals("not_present", error(client.request(command(6, "leave", "presence-quiet", ""))));
  }

  private long members(String channel) {
    return node.presence
        .members(new TenantChannel(TestNode.ACME, new ChannelName(channel)), null, 10)
        .members()
        .size();
  }

  @Test
  void aSlowClientIsClosedAndMissesNothingWhenItComesBack() {
    TestNode.Client slow = node.connect().authenticate(node.ann());
    slow.request(subscribe("a"));
    slow.reading = false;
    for (int i = 0; i < 300; i++) {
      node.publish("a", "\"" + "x".repeat(100) + "\"");
    }
    assertEquals(List.of("slow_consumer 4408"), slow.closed);
    assertEquals(1, node.listener.ofType(ConnectionEvent.SlowConsumer.class).size());
    ConnectionEvent.Disconnected over =
        node.listener.ofType(ConnectionEvent.Disconnected.class).get(0);
    assertEquals("slow_consumer", over.code());
    assertTrue(over.outboxBytes() > TestNode.OUTBOX_BYTES / 2, over.toString());
    List<Long> seen = new ArrayList<>(slow.sequences());
    assertEquals(List.of(1L), seen, "the one that was being written");

    TestNode.Client back = node.connect().authenticate(node.ann());
    String epoch = String.valueOf(slow.take().get(0).get("epoch"));
    back.reading = false;
    back.session.onText(
        "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\",\"since\":[{\"epoch\":\"%s\",\"partition\":0,\"sequence\":%d}]}"
            .formatted(epoch, seen.get(0)));
    node.run();
    while (!back.unread.isEmpty()) {
      back.unread.poll().accept(null);
      node.run();
    }
    seen.addAll(back.sequences());
    assertEquals(List.of(), back.closed, "a replay goes at the client's pace");
    assertEquals(LongStream.rangeClosed(1, 300).boxed().toList(), seen);
  }

  @Test
  void notifiesTheListenerInOrder() {
    TestNode.Client client = node.connect();
    client.address = "192.0.2.1";
    client.authenticate(node.ann());
    client.request(subscribe("a"));
    node.time.advance(Duration.ofSeconds(3));
    client.session.onTransportClosed();
    client.session.onTransportClosed();
    node.run();

    ConnectionInfo unknown = new ConnectionInfo(1, TransportType.WEBSOCKET, null, null, null);
    ConnectionInfo ann =
        new ConnectionInfo(1, TransportType.WEBSOCKET, TestNode.ACME, "ann", "192.0.2.1");
    List<LifecycleEvent> received = node.listener.take();
    assertEquals(
        List.of(
            new ConnectionEvent.Connected(unknown),
            new ConnectionEvent.Authenticated(ann),
            new ChannelEvent.Subscribed(ann, "a"),
            new ChannelEvent.Unsubscribed(ann, "a")),
        received.subList(0, 4));
    ConnectionEvent.Disconnected over = (ConnectionEvent.Disconnected) received.get(4);
    assertNull(over.code(), "the client has disconnected");
    assertEquals(Duration.ofSeconds(3).toNanos(), over.durationNanos());
    assertEquals(0, over.outboxBytes());
    assertTrue(over.bytesOut() > 50, over.toString());
    assertEquals(5, received.size());
  }

  @Test
  void aRefusedTokenIsReportedWithTheClientsAddress() {
    TestNode.Client client = node.connect();
    client.address = "192.0.2.1";
    client.request("{\"id\":1,\"command\":\"connect\",\"token\":\"unknown\"}");
    assertEquals(
        List.of(new TokenRefused(TokenFault.INVALID, "it is not known", "192.0.2.1")),
        node.listener.ofType(TokenRefused.class));
  }

  @Test
  void aDenialIsReportedWithTheClientsAddress() {
    TestNode.Client client = node.connect();
    client.address = "192.0.2.1";
    node.tokens.put("t", new Authenticator.Authenticated(node.ann()));
    client.request("{\"id\":1,\"command\":\"connect\",\"token\":\"t\"}");
    client.request(subscribe("private-secret"));
    client.request("{\"id\":2,\"command\":\"refresh\",\"token\":\"t\"}");
    client.request(publish(3, "private-secret"));
    assertEquals(
        List.of("192.0.2.1", "192.0.2.1"),
        node.listener.ofType(Denied.class).stream().map(Denied::address).toList());
  }

  @Test
  void aReachedLimitOfConnectionsIsReported() {
    node.connect().authenticate(node.ann());
    node.connect().authenticate(node.ann());
    TestNode.Client third = node.connect();
    third.address = "192.0.2.3";
    third.authenticate(node.ann());
    assertEquals(
        List.of(
            new LimitReached(LimitReached.CONNECTIONS, TestNode.ACME, "ann", null, "192.0.2.3")),
        node.listener.ofType(LimitReached.class));
  }

  @Test
  void reportsBytesOncePerSecondAndAtTheEnd() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.advance(Duration.ofSeconds(1));
    node.listener.take();
    client.session.countMessage("é€");
    client.request(subscribe("a"));
    assertEquals(List.of(), node.listener.ofType(ConnectionEvent.Traffic.class));
    node.advance(Duration.ofSeconds(1));
    ConnectionEvent.Traffic traffic = node.listener.ofType(ConnectionEvent.Traffic.class).get(0);
    assertEquals(TransportType.WEBSOCKET, traffic.transport());
    assertEquals(5, traffic.bytesIn());
    assertTrue(traffic.bytesOut() > 50, traffic.toString());

    node.listener.take();
    node.publish("a", "1");
    client.session.onTransportClosed();
    node.run();
    node.advance(Duration.ofSeconds(1));
    traffic = node.listener.ofType(ConnectionEvent.Traffic.class).get(0);
    assertEquals(0, traffic.bytesIn());
    assertTrue(traffic.bytesOut() > 50, traffic.toString());
    node.listener.take();
    node.advance(Duration.ofSeconds(1));
    assertEquals(
        List.of(), node.listener.ofType(ConnectionEvent.Traffic.class), "nothing, no event");
  }

  /**
   * The connection breaks between the end and its last frame; what is still held is released later.
   */
  @Test
  void notifiesTheListenerOfTheEndLast() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    client.request(subscribe("a"));
    node.listener.take();
    client.session.onBinary();
    client.session.onTransportClosed();
    assertEquals(List.of(), node.listener.take());
    node.run();
    assertEquals(
        List.of(ChannelEvent.Unsubscribed.class, ConnectionEvent.Disconnected.class),
        node.listener.take().stream().map(Object::getClass).toList());
  }

  @Test
  void releasesThePlaceHoweverTheSessionEnds() {
    for (int i = 0; i < 4; i++) {
      TestNode.Client client = node.connect().authenticate(node.ann());
      TestNode.Client other = node.connect().authenticate(node.ann());
      TestNode.Client refused = node.connect().authenticate(node.ann());
      assertEquals("connection_limit 4430", refused.closed.get(0));
      client.request(subscribe("a"));
      switch (i) {
        case 0 -> client.session.onTransportClosed();
        case 1 -> client.session.onBinary();
        case 2 -> client.session.onFailure(new IOException("broken"), 0);
        default -> client.session.onOverflow(1);
      }
      other.session.onTransportClosed();
      other.session.onTransportClosed();
      node.run();
      assertTrue(node.isQuiet(), "way " + i);
    }
  }

  @Test
  void aConnectWithoutAPlaceIsAnsweredBeforeTheEnd() {
    node.connect().authenticate(node.ann());
    node.connect().authenticate(node.ann());
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    TestNode.Client third = node.connect();
    List<Map<String, Object>> told =
        third.send("{\"id\":1,\"command\":\"connect\",\"token\":\"good\"}");
    assertEquals("connection_limit", error(told.get(0)));
    assertEquals("end", told.get(1).get("push"));
    assertEquals(List.of("connection_limit 4430"), third.closed);
  }

  @Test
  void aBinaryFrameIsNotPartOfTheProtocol() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    client.session.onBinary();
    node.run();
    assertEquals(List.of("protocol_error 4400"), client.closed);
  }

  @Test
  void tenErrorsInARowEndTheSession() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    for (int i = 0; i < 9; i++) {
      assertEquals("invalid_json", error(client.request("{nonsense")));
    }
    client.request("{\"id\":1,\"command\":\"ping\"}");
    for (int i = 0; i < 9; i++) {
      client.request("{\"id\":1}");
    }
    assertEquals(List.of(), client.closed);
    client.send("[");
    assertEquals(List.of("protocol_error 4400"), client.closed);
  }

  @Test
  void publicationsThatAreNotValidDoNotEndTheSession() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    String deep = "[".repeat(70) + "]".repeat(70);
    for (String fields :
        List.of("\"payload\":1", "\"channel\":\"o\"", "\"channel\":\"o\",\"payload\":" + deep)) {
      for (int i = 0; i < 12; i++) {
        Map<String, Object> reply =
            client.request("{\"id\":7,\"command\":\"publish\"," + fields + "}");
        assertEquals("invalid_request", error(reply));
        assertEquals(7L, assertInstanceOf(Number.class, reply.get("reply")).longValue());
      }
    }
    assertEquals(List.of(), client.closed);
  }

  @Test
  void aBatchIsAnsweredInOrderInOneFrame() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    client.session.onText(
        "["
            + subscribe("a")
            + ","
            + publish(2, "a")
            + ","
            + publish(3, "secret")
            + ",{\"id\":4,\"command\":\"nosuch\"},"
            + publish(5, "a")
            + ",{\"id\":6,\"command\":\"unsubscribe\",\"channel\":\"b\"}]");
    node.run();
    Object reply = Objects.requireNonNull(JsonTree.read(client.frames.get(0).text()));
    List<String> all = new ArrayList<>();
    for (Object each : (List<?>) reply) {
      Map<?, ?> one = (Map<?, ?>) each;
      Object error = one.get("error");
      all.add(one.get("reply") + " " + (error == null ? "ok" : ((Map<?, ?>) error).get("code")));
    }
    assertEquals(
        List.of("1 ok", "2 ok", "3 forbidden", "4 unknown_command", "5 ok", "6 not_subscribed"),
        all);
    assertEquals(List.of(1L, 2L), client.sequences(), "after the reply");
  }

  @Test
  void rejectsTooManySubscribes() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      Map<String, Object> reply = client.request(subscribe("c" + i));
      if (reply.containsKey("error")) {
        assertEquals("too_many_channels", error(reply));
        refused++;
      }
    }
    assertEquals(9_950, refused);
    assertEquals(List.of(), client.closed);
    node.permits = 1;
    client.request("{\"id\":2,\"command\":\"unsubscribe\",\"channel\":\"c1\"}");
    client.request(subscribe("d1"));
    client.request("{\"id\":2,\"command\":\"unsubscribe\",\"channel\":\"c2\"}");
    Map<String, Object> throttled = client.request(subscribe("d2"));
    assertEquals("rate_limited", error(throttled));
    assertEquals(3L, JsonTree.object(throttled, "error").get("retryAfter"));
  }

  @Test
  void repliesToThrottledPublishes() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.permits = 4;
    for (int i = 0; i < 1000; i++) {
      Map<String, Object> reply = client.request(publish(i, "a"));
      assertEquals((long) i, reply.get("reply"));
      assertEquals(i >= 2, reply.containsKey("error"));
    }
  }

  @Test
  void repliesInOrderWhateverTheStoresOrder() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.broker.slow = true;
    client.session.onText(publish(1, "a"));
    client.session.onText(publish(2, "b"));
    client.session.onText("{\"id\":3,\"command\":\"ping\"}");
    client.session.onText("{broken");
    node.run();
    Runnable first = node.broker.waiting.remove();
    node.broker.waiting.remove().run();
    node.run();
    assertEquals(List.of(), client.take());
    first.run();
    node.run();
    assertEquals(
        Arrays.asList(1L, 2L, 3L, null), client.take().stream().map(r -> r.get("reply")).toList());
  }

  @Test
  void boundsPublicationsThatWaitForTheStore() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.broker.slow = true;
    for (int i = 0; i < 1_050; i++) {
      client.session.onText(publish(i, "a"));
    }
    assertEquals(1000, node.broker.waiting.size());
    for (Runnable answer : node.broker.waiting) {
      answer.run();
      node.run();
    }
    node.broker.waiting.clear();
    List<Map<String, Object>> replies = client.take();
    assertEquals(1_050, replies.size());
    for (int i = 0; i < 1_050; i++) {
      Map<String, Object> reply = replies.get(i);
      assertEquals((long) i, reply.get("reply"));
      assertEquals(i >= 1000, reply.containsKey("error"));
    }
    assertEquals("rate_limited", error(replies.get(1000)));
    client.session.onTransportClosed();
    node.run();

    TestNode.Client large = node.connect().authenticate(node.ann());
    String big = publish(1, "a").replace(":1}", ":\"" + "x".repeat(15_000) + "\"}");
    large.session.onText(big);
    large.session.onText(big);
    node.broker.waiting.forEach(Runnable::run);
    assertEquals(1, node.broker.waiting.size(), "bounded in bytes too");
    node.run();
    List<Map<String, Object>> both = large.take();
    assertTrue(both.get(0).containsKey("result"));
    assertEquals("rate_limited", error(both.get(1)));
    node.broker.slow = false;
    assertTrue(large.request(big).containsKey("result"), "and there is room again");
  }

  @Test
  void repliesToAFailingBroker() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.broker.fault = new IllegalStateException("broken");
    assertEquals("internal_error", error(client.request(publish(1, "a"))));
    node.broker.fault = null;
    assertTrue(client.request(publish(2, "a")).containsKey("result"));
  }

  @Test
  void repliesToAQueuedPublicationWithoutAPosition() {
    TestNode.Client client = node.connect().authenticate(node.ann());
    node.broker.queueing = true;
    assertEquals(
        Map.of("id", "x-1", "channel", "a", "queued", true),
        client
            .request(
                "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":1,\"publicationId\":\"x-1\"}")
            .get("result"));
  }

  @Test
  void spreadsADrainAndAcceptsNoConnection() {
    record Due(long atMillis, Runnable task) {}
    List<Due> due = new ArrayList<>();
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public java.util.concurrent.ScheduledFuture<?> schedule(
              Runnable task, long delay, TimeUnit unit) {
            due.add(new Due(unit.toMillis(delay), task));
            return super.schedule(() -> {}, 0, unit);
          }
        };
    TestNode.Client a = node.connect().authenticate(node.ann());
    TestNode.Client b = node.connect().authenticate(node.ann());
    node.sessions.drain(Duration.ofSeconds(10), scheduler);
    scheduler.shutdownNow();
    assertTrue(node.sessions.isDraining());
    assertEquals(List.of(0L, 5_000L), due.stream().map(Due::atMillis).toList());
    assertEquals(List.of(), a.closed);
    TestNode.Client late = node.connect();
    node.run();
    assertEquals(List.of("draining 4503"), late.closed, "it came in while the door was closing");
    due.forEach(d -> d.task().run());
    node.run();
    assertEquals(List.of("draining 4503"), a.closed);
    assertEquals("yes", b.take().get(0).get("retry"));
  }

  @Test
  void aSuspendedNodeEndsItsStreamsAndAcceptsThemAgainAfterwards() {
    List<Runnable> due = new ArrayList<>();
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public java.util.concurrent.ScheduledFuture<?> schedule(
              Runnable task, long delay, TimeUnit unit) {
            due.add(task);
            return super.schedule(() -> {}, 0, unit);
          }
        };
    TestNode.Client before = node.connect().authenticate(node.ann());
    Problem problem = Problem.of(Code.UNAVAILABLE, "the clock of this node is wrong");
    node.sessions.suspend(SuspensionReason.CLOCK, problem, Duration.ofSeconds(5), scheduler);
    scheduler.shutdownNow();
    TestNode.Client during = node.connect();
    node.run();
    assertEquals(List.of("unavailable 4504"), during.closed);
    assertEquals(List.of(), before.closed);
    due.forEach(Runnable::run);
    node.run();
    assertEquals(List.of("unavailable 4504"), before.closed);
    node.sessions.resume(SuspensionReason.CLOCK);
    TestNode.Client after = node.connect().authenticate(node.ann());
    node.run();
    assertEquals(List.of(), after.closed);
  }

  private static String command(int id, String command, String channel, String more) {
    return "{\"id\":%d,\"command\":\"%s\",\"channel\":\"%s\"%s}"
        .formatted(id, command, channel, more);
  }

  @Test
  void reportsMembersOnce() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    TestNode.Client bob = node.connect().authenticate(node.caller("bob", Duration.ofHours(1)));
    ann.request(subscribe("presence-room"));
    Map<String, Object> page =
        JsonTree.object(ann.request(command(2, "presence", "presence-room", "")), "result");
    assertEquals(0L, page.get("count"));
    Map<String, Object> joined =
        JsonTree.object(
            bob.request(command(1, "join", "presence-room", ",\"member\":{\"name\":\"Bob\"}")),
            "result");
    assertEquals(Map.of("id", "bob", "name", "Bob"), joined.get("member"));
    Map<String, Object> push = ann.take().get(0);
    assertEquals("presence", push.get("push"));
    assertEquals(1L, push.get("version"));
    assertEquals(List.of(Map.of("id", "bob", "name", "Bob")), push.get("joined"));
    assertEquals(List.of(), push.get("left"));

    TestNode.Client again = node.connect().authenticate(node.caller("bob", Duration.ofHours(1)));
    again.request(command(1, "join", "presence-room", ",\"member\":{\"name\":\"Bob\"}"));
    bob.session.onTransportClosed();
    node.run();
    assertEquals(List.of(), ann.take(), "another connection holds him");
    again.session.onTransportClosed();
    node.run();
    assertEquals(List.of("bob"), ann.take().get(0).get("left"));
    Map<String, Object> members =
        JsonTree.object(
            ann.request(command(3, "members", "presence-room", ",\"limit\":5")), "result");
    assertEquals(0L, members.get("count"));
    ann.session.onTransportClosed();
  }

  @Test
  void aMemberHasTheCallersId() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    String other = ",\"member\":{\"id\":\"bob\"}";
    assertNotNull(ann.request(command(1, "join", "presence-room", other)).get("result"));
    assertEquals("invalid_channel", error(ann.request(command(2, "join", "room", ""))));
    assertEquals(
        "invalid_request", error(ann.request(command(3, "join", "presence-r", ",\"member\":7"))));
    assertEquals("forbidden", error(ann.request(command(4, "join", "presence-secret", ""))));
    assertEquals("not_present", error(ann.request(command(5, "leave", "presence-elsewhere", ""))));
    assertEquals("not_subscribed", error(ann.request(command(6, "presence", "presence-room", ""))));
    String large = ",\"member\":{\"name\":\"" + "x".repeat(TestNode.MEMBER_BYTES) + "\"}";
    assertEquals(
        "payload_too_large", error(ann.request(command(7, "join", "presence-room", large))));
    assertNotNull(ann.request(command(8, "leave", "presence-room", "")).get("result"));
    for (int i = 0; i < TestNode.MEMBERS; i++) {
      var unused =
          node.presence.join(
              new TenantChannel(TestNode.ACME, new ChannelName("presence-full")),
              new Member("m" + i, "{}"),
              new Holder.Connection("c"));
    }
    assertEquals("too_many_members", error(ann.request(command(9, "join", "presence-full", ""))));
    ann.session.onTransportClosed();
  }
}
