package io.broadcasty.protocol.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.queue.PendingPush;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests publications over WebSocket that are pushed if they are not delivered. */
class PushedPublishTest {

  private static final String PAID = "{\"title\":\"Paid\"}";

  private final FakeProvider service = FakeProvider.accepting(SamplePushServices.FCM);
  private final TestNode node = new TestNode(List.of(service));
  private final TestNode.Client client =
      node.connect().authenticate(node.caller("pub", Duration.ofHours(1), "publisher"));

  @AfterEach
  void leave() {
    client.session.onTransportClosed();
    node.run();
  }

  private static String publish(int id, String push) {
    return "{\"id\":"
        + id
        + ",\"command\":\"publish\",\"channel\":\"a\",\"payload\":1,\"publicationId\":\"p-"
        + id
        + "\",\"pushIfUndelivered\":"
        + push
        + "}";
  }

  private static String after(int seconds, String more, String notification) {
    return "{\"after\":" + seconds + more + ",\"notification\":" + notification + "}";
  }

  private static Map<String, Object> error(Map<String, Object> reply) {
    return JsonTree.object(reply, "error");
  }

  private void refused(String code, String detail, String frame) {
    Map<String, Object> error = error(client.request(frame));
    assertEquals(code, error.get("code"), error.toString());
    assertTrue(String.valueOf(error.get("detail")).contains(detail), error.toString());
  }

  private void nothingWasPublished() {
    assertEquals(
        1L,
        JsonTree.object(
                client.request(
                    "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":1}"),
                "result")
            .get("sequence"));
    assertEquals(List.of(), node.pushes.kept);
  }

  @Test
  void repliesWithTheIdOfThePush() {
    Map<String, Object> reply = client.request(publish(7, after(10, ",\"users\":[\"ann\"]", PAID)));
    Map<String, Object> result = JsonTree.object(reply, "result");
    assertEquals(1L, result.get("sequence"));
    PendingPush kept = node.pushes.kept.get(0);
    assertEquals(kept.sendId(), result.get("push"));
    assertEquals(Set.of("ann"), kept.users());
    assertEquals("a", kept.channel().name().value());
    assertEquals("Paid", kept.notification().title());
    assertEquals(node.time.nowMillis() + 10_000, kept.dueAtMillis());
  }

  @Test
  void keepsTheOrderOfReplies() {
    client.session.onText(
        "["
            + publish(1, after(10, "", PAID)).replace("\"channel\":\"a\"", "\"channel\":\"secret\"")
            + ",{\"id\":2,\"command\":\"publish\",\"channel\":\"a\",\"payload\":1},"
            + publish(3, after(10, "", PAID))
            + ",{\"id\":4,\"command\":\"publish\",\"channel\":\"a\",\"payload\":1}]");
    node.run();
    List<?> replies = (List<?>) Objects.requireNonNull(JsonTree.read(client.frames.get(0).text()));
    StringBuilder all = new StringBuilder();
    for (Object each : replies) {
      Map<?, ?> reply = (Map<?, ?>) each;
      Object result = reply.get("result");
      all.append(reply.get("reply"))
          .append(':')
          .append(result == null ? "refused" : ((Map<?, ?>) result).get("sequence"))
          .append(result != null && ((Map<?, ?>) result).containsKey("push") ? " pushed " : " ");
    }
    assertEquals("1:refused 2:1 3:2 pushed 4:3 ", all.toString());
    assertEquals(1, node.pushes.kept.size(), "what may not be published is not pushed either");
  }

  @Test
  void doesNotPublishWhenItCannotPush() {
    refused(
        "invalid_request",
        "publicationId",
        publish(1, after(10, "", PAID)).replace(",\"publicationId\":\"p-1\"", ""));
    refused("invalid_request", "from 2 to 3600", publish(2, after(1, "", PAID)));
    refused("invalid_request", "title", publish(3, after(10, "", "{\"body\":\"b\"}")));
    refused("invalid_request", "object", publish(4, "[10]"));
    refused("invalid_request", "users` is empty", publish(5, after(10, ",\"users\":[]", PAID)));
    refused(
        "invalid_request",
        "very-low, low",
        publish(6, after(10, "", "{\"title\":\"T\",\"urgency\":\"now\"}")));
    service.excessBytes(17);
    refused(
        "payload_too_large", "17 bytes longer than fcm allows", publish(7, after(10, "", PAID)));
    nothingWasPublished();
  }

  @Test
  void onlyPublishersMayPushToUsers() {
    TestNode.Client member =
        node.connect().authenticate(node.caller("ann", Duration.ofHours(1), "member"));
    Map<String, Object> reply = member.request(publish(1, after(10, ",\"users\":[\"ben\"]", PAID)));
    assertEquals("forbidden", error(reply).get("code"));
    assertEquals(
        List.of(new Denied(TestNode.ACME, "ann", Operation.PUSH, null, null)),
        node.listener.ofType(Denied.class));
    member.session.onTransportClosed();
    nothingWasPublished();
  }

  @Test
  void withoutAServiceThereIsNoPush() {
    TestNode off = new TestNode();
    TestNode.Client there =
        off.connect().authenticate(off.caller("pub", Duration.ofHours(1), "publisher"));
    assertEquals("push_off", error(there.request(publish(1, after(10, "", PAID)))).get("code"));
    there.session.onTransportClosed();
  }

  @Test
  void refusalsDoNotEndTheConnection() {
    service.excessBytes(1);
    for (int i = 0; i < 20; i++) {
      refused("payload_too_large", "fcm", publish(i, after(10, "", PAID)));
    }
    assertEquals(List.of(), client.closed);
  }

  @Test
  void aRepetitionStoresThePush() {
    node.pushes.unavailable = true;
    refused("unavailable", "it was published", publish(1, after(10, "", PAID)));
    node.pushes.unavailable = false;
    Map<String, Object> result =
        JsonTree.object(client.request(publish(1, after(10, "", PAID))), "result");
    assertEquals(true, result.get("duplicate"));
    assertEquals(node.pushes.kept.get(0).sendId(), result.get("push"));
  }

  @Test
  void dataThatTheStoreRefusesIsNoOutage() {
    node.pushes.rejecting = true;
    refused("invalid_request", "it was published", publish(1, after(10, "", PAID)));
    assertEquals(List.of(), client.closed);
  }

  @Test
  void boundsPublicationsThatWaitForTheStore() {
    node.broker.slow = true;
    for (int i = 0; i < 1_010; i++) {
      client.session.onText(publish(i, after(10, "", PAID)));
    }
    assertEquals(1000, node.broker.waiting.size());
    for (Runnable answer : node.broker.waiting) {
      answer.run();
      node.run();
    }
    node.broker.waiting.clear();
    node.broker.slow = false;
    node.run();
    assertEquals(1000, node.pushes.kept.size());
    assertEquals(1_010, client.take().size());
    Map<String, Object> next = client.request(publish(5, after(10, "", PAID)));
    assertTrue(next.containsKey("result"), next.toString());
  }
}
