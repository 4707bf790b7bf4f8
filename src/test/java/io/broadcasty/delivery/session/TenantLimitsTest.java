package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests a tenant with its own limits beside one with the defaults, over WebSocket. */
class TenantLimitsTest {

  private static final TenantId SMALL = new TenantId("small");

  private final TestNode node = new TestNode();
  private final TestNode.Client ann = node.connect().authenticate(node.ann());
  private final TestNode.Client sam = node.connect().authenticate(sam());

  private Caller sam() {
    Instant now = node.time.now();
    return new Caller(
        SMALL, "sam", Set.of(), now, now.plus(Duration.ofHours(1)), Map.of(), "token");
  }

  private static String outcome(Map<String, Object> reply) {
    return reply.containsKey("error")
        ? String.valueOf(JsonTree.object(reply, "error").get("code"))
        : "ok";
  }

  private static String publish(TestNode.Client client, String payload) {
    return outcome(
        client.request(
            "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":" + payload + "}"));
  }

  private static String say(TestNode.Client client, String command, String channel, String more) {
    return outcome(
        client.request(
            "{\"id\":1,\"command\":\"%s\",\"channel\":\"%s\"%s}"
                .formatted(command, channel, more)));
  }

  @Test
  void payloads() {
    String payload = "\"" + "x".repeat(20) + "\"";
    assertEquals("ok", publish(sam, payload));
    node.tenants.set(SMALL, small -> small.maxPayloadBytes(10));
    assertEquals("payload_too_large", publish(sam, payload));
    assertEquals("ok", publish(sam, "1"));
    assertEquals("ok", publish(ann, payload));
    node.tenants.remove(SMALL);
    assertEquals("ok", publish(sam, payload));
  }

  @Test
  void channelsOfAConnection() {
    node.tenants.set(SMALL, small -> small.maxChannels(2));
    assertEquals("ok", say(sam, "subscribe", "a", ""));
    assertEquals("ok", say(sam, "subscribe", "b", ""));
    assertEquals("too_many_channels", say(sam, "subscribe", "c", ""));
    for (String channel : new String[] {"a", "b", "c"}) {
      assertEquals("ok", say(ann, "subscribe", channel, ""));
    }
    node.tenants.set(SMALL, small -> small.maxChannels(3));
    assertEquals("ok", say(sam, "subscribe", "c", ""));
    assertEquals("too_many_channels", say(sam, "subscribe", "d", ""));
  }

  @Test
  void members() {
    node.tenants.set(SMALL, small -> small.maxMembers(1).maxMemberBytes(64));
    String member = ",\"member\":{\"name\":\"" + "x".repeat(60) + "\"}";
    assertEquals("ok", say(ann, "join", "presence-a", member));
    assertEquals("payload_too_large", say(sam, "join", "presence-a", member));
    assertEquals("ok", say(sam, "join", "presence-a", ""));
    TestNode.Client another =
        node.connect()
            .authenticate(
                new Caller(
                    SMALL,
                    "sue",
                    Set.of(),
                    node.time.now(),
                    node.time.now().plusSeconds(60),
                    Map.of(),
                    "token"));
    assertTrue(!say(another, "join", "presence-a", "").equals("ok"));
    node.tenants.set(SMALL, small -> small.maxMembers(2));
    assertEquals("ok", say(another, "join", "presence-a", ""));
  }

  @Test
  void outboxes() {
    node.tenants.set(SMALL, small -> small.outboxBytes(500));
    node.advance(Duration.ofSeconds(1));
    assertEquals("ok", say(sam, "subscribe", "news", ""));
    assertEquals("ok", say(ann, "subscribe", "news", ""));
    sam.reading = false;
    ann.reading = false;
    for (int i = 0; i < 10; i++) {
      assertNotNull(publishTo(SMALL, "news"));
      assertNotNull(publishTo(TestNode.ACME, "news"));
    }
    node.run();
    assertEquals("[slow_consumer 4408]", sam.closed.toString());
    assertEquals("[]", ann.closed.toString());
  }

  private Object publishTo(TenantId tenant, String channel) {
    TestNode.Client publisher =
        node.connect().authenticate(tenant.equals(SMALL) ? sam() : node.ann());
    Object answer =
        publisher.request(
            "{\"id\":1,\"command\":\"publish\",\"channel\":\"%s\",\"payload\":\"%s\"}"
                .formatted(channel, "x".repeat(100)));
    publisher.session.onTransportClosed();
    node.run();
    return answer;
  }
}
