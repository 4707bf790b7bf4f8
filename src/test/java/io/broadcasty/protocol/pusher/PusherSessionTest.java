package io.broadcasty.protocol.pusher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PusherData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests a connection of the Pusher protocol, with time and tasks run by hand. */
class PusherSessionTest {

  private static final App.Credential KEY = new App.Credential("key", "secret");
  private static final App APP = new App("1001", List.of(KEY), TestNode.ACME, true, true, 10_240);
  private static final App QUIET =
      new App(
          "1002",
          List.of(new App.Credential("quiet", "secret")),
          TestNode.ACME,
          false,
          true,
          10_240);

  private final TestNode node = new TestNode();
  private final Apps apps = new Apps(List.of(APP, QUIET));
  private final MessageProtocol protocol =
      new PusherProtocol(
          apps,
          AppEvents.NONE,
          new Audience(
              "node",
              new MemoryControlTopic(),
              List::of,
              node.hub,
              apps::countSubscriptions,
              node.time));

  @AfterEach
  void checkNothingIsLeft() {
    node.advance(Duration.ofMinutes(2));
    assertTrue(node.isQuiet(), "a session or a topic was left");
  }

  /** A client, which a test drives. */
  private final class Client extends TestNode.FakeTransport {
    private final MessageProtocol.Accepted accepted;
    final MessageSession session;
    String socketId = "";

    Client(String key, @Nullable String version) throws Exception {
      accepted =
          protocol.accept(
              new StreamRequest() {
                @Override
                public List<String> parameters(String name) {
                  return name.equals("protocol") && version != null ? List.of(version) : List.of();
                }

                @Override
                public @Nullable String header(String name) {
                  return null;
                }

                @Override
                public String belowPath() {
                  return key;
                }
              });
      session = accepted.open(node.context, this);
      node.run();
    }

    @Override
    public void close(Problem problem) {
      closed.add(String.valueOf(accepted.closeCode(problem)));
    }

    List<Map<String, Object>> send(String text) {
      session.onText(text);
      node.run();
      return take();
    }

    Map<String, Object> request(String text) {
      List<Map<String, Object>> answers = send(text);
      assertEquals(1, answers.size(), answers::toString);
      return answers.get(0);
    }

    Map<String, Object> subscribe(String channel) {
      return request(command("pusher:subscribe", Map.of("auth", "", "channel", channel)));
    }

    Map<String, Object> subscribeSigned(String channel) {
      String auth = AppSignature.auth(KEY, AppSignature.subscription(socketId, channel));
      return request(command("pusher:subscribe", Map.of("auth", auth, "channel", channel)));
    }

    List<Map<String, Object>> join(String channel, String data) {
      String auth = AppSignature.auth(KEY, AppSignature.presence(socketId, channel, data));
      return send(
          command(
              "pusher:subscribe", Map.of("auth", auth, "channel", channel, "channel_data", data)));
    }

    List<Map<String, Object>> signIn(String data) {
      String auth = AppSignature.auth(KEY, AppSignature.signin(socketId, data));
      return send(command("pusher:signin", Map.of("auth", auth, "user_data", data)));
    }
  }

  private static String command(String event, Map<String, String> data) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("event", event);
          json.writeObjectFieldStart("data");
          for (Map.Entry<String, String> each : data.entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
          }
          json.writeEndObject();
        });
  }

  private Client connect() throws Exception {
    Client client = new Client("key", "7");
    Map<String, Object> established = client.take().get(0);
    assertEquals("pusher:connection_established", established.get("event"));
    Map<String, Object> data = data(established);
    client.socketId = String.valueOf(data.get("socket_id"));
    assertTrue(client.socketId.matches("[0-9]+\\.[0-9]+"), client.socketId);
    assertEquals(30L, data.get("activity_timeout"));
    return client;
  }

  /** Returns the data of an event, which is JSON in a string. */
  private static Map<String, Object> data(Map<String, Object> event) {
    return JsonTree.object((String) Objects.requireNonNull(event.get("data")));
  }

  private static @Nullable Object code(Map<String, Object> error) {
    assertEquals("pusher:error", error.get("event"), error::toString);
    return JsonTree.object(error, "data").get("code");
  }

  private static Object status(Map<String, Object> error) {
    assertEquals("pusher:subscription_error", error.get("event"), error::toString);
    return Objects.requireNonNull(JsonTree.object(error, "data").get("status"));
  }

  private void publish(String channel, String event, String data, @Nullable String except) {
    node.publish(
        new PublishRequest(
            new ChannelName(channel),
            null,
            null,
            new Message(
                PusherData.payload(data),
                null,
                event,
                null,
                null,
                Headers.NONE,
                new Origin(null, except))));
  }

  @Test
  void deliversEventsOfAPublicChannelVerbatim() throws Exception {
    Client client = connect();
    Client other = connect();
    Map<String, Object> answer = client.subscribe("news");
    assertEquals("pusher_internal:subscription_succeeded", answer.get("event"));
    assertEquals("news", answer.get("channel"));
    assertEquals("{}", answer.get("data"));
    other.subscribe("news");
    for (String data :
        List.of("{\"a\": 1}", "text", "\"text\"", "", "1.50", "{\"a\":\n1}", " {}", "{", "null")) {
      publish("news", "my-event", data, other.socketId);
      Map<String, Object> event = client.take().get(0);
      assertEquals(Map.of("event", "my-event", "channel", "news", "data", data), event);
    }
    assertEquals(List.of(), other.take());
    assertEquals(List.of(), client.send(command("pusher:unsubscribe", Map.of("channel", "news"))));
    publish("news", "my-event", "late", null);
    assertEquals(List.of(), client.take());
  }

  @Test
  void sharesAChannelWithNativeClients() throws Exception {
    Client client = connect();
    client.subscribe("news");
    TestNode.Client ann = node.connect().authenticate(node.ann());
    ann.request("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"news\"}");
    publish("news", "my-event", "{\"a\":1}", null);
    Map<String, Object> push = ann.take().get(0);
    assertEquals("my-event", push.get("event"));
    assertEquals(Map.of("a", 1L), push.get("payload"));
    client.take();
    ann.send("{\"id\":2,\"command\":\"publish\",\"channel\":\"news\",\"payload\":{\"b\":[1]}}");
    assertEquals(
        Map.of("event", "message", "channel", "news", "data", "{\"b\":[1]}"), client.take().get(0));
  }

  /** What clients take for the server's own events, only the server may send. */
  @Test
  void aPublisherCannotForgeTheServersEvents() throws Exception {
    Client client = connect();
    client.subscribe("news");
    for (String forged : List.of("pusher_internal:member_added", "pusher:error")) {
      publish("news", forged, "{}", null);
      assertEquals("message", client.take().get(0).get("event"));
    }
  }

  @Test
  void aPrivateChannelNeedsTheSignatureOfThisConnection() throws Exception {
    Client client = connect();
    Client other = connect();
    String foreign = AppSignature.auth(KEY, AppSignature.subscription(other.socketId, "private-a"));
    String otherChannel =
        AppSignature.auth(KEY, AppSignature.subscription(client.socketId, "private-b"));
    String otherKey =
        AppSignature.auth(
            new App.Credential("quiet", "secret"),
            AppSignature.subscription(client.socketId, "private-a"));
    for (String auth : List.of("", "x", foreign, otherChannel, otherKey)) {
      Map<String, Object> refused =
          client.request(command("pusher:subscribe", Map.of("auth", auth, "channel", "private-a")));
      assertEquals(401L, status(refused));
      assertEquals("private-a", refused.get("channel"));
    }
    for (String channel : List.of("private-a", "private-encrypted-a", "private-cache-a2")) {
      client.send(
          command(
              "pusher:subscribe",
              Map.of(
                  "auth",
                  AppSignature.auth(KEY, AppSignature.subscription(client.socketId, channel)),
                  "channel",
                  channel)));
      publish(channel, "e", "{\"nonce\":\"AA==\",\"ciphertext\":\"BB==\"}", null);
      assertEquals(
          "{\"nonce\":\"AA==\",\"ciphertext\":\"BB==\"}", client.take().get(0).get("data"));
    }
  }

  @Test
  void thePolicyDecidesTooWhateverIsSigned() throws Exception {
    Client client = connect();
    assertEquals(403L, status(client.subscribeSigned("private-secret")));
    assertEquals(403L, status(client.join("presence-hidden", "{\"user_id\":\"1\"}").get(0)));
  }

  /** The server's own authorization endpoint signs the roles of a token. */
  @Test
  void thePolicyDecidesByTheRolesThatAreSigned() throws Exception {
    Client client = connect();
    String data = "{\"user_id\":\"1\",\"roles\":[\"secrets\"]}";
    for (String channel : List.of("private-secret", "presence-hidden")) {
      assertEquals(
          "pusher_internal:subscription_succeeded", client.join(channel, data).get(0).get("event"));
    }
    assertEquals(400L, status(client.join("presence-a", "{\"user_id\":\"1\",\"roles\":1}").get(0)));
    Client user = connect();
    user.signIn("{\"id\":\"1\",\"roles\":[\"secrets\"]}");
    assertEquals(
        "pusher_internal:subscription_succeeded",
        user.subscribeSigned("private-secret").get("event"));
  }

  @Test
  void showsEachUserOnceInPresence() throws Exception {
    Client ann = connect();
    Map<String, Object> joined =
        ann.join("presence-a", "{\"user_id\":1,\"user_info\":{\"name\":\"Ann\"}}").get(0);
    assertEquals("pusher_internal:subscription_succeeded", joined.get("event"));
    assertEquals(
        "{\"presence\":{\"ids\":[\"1\"],\"hash\":{\"1\":{\"name\":\"Ann\"}},\"count\":1}}",
        joined.get("data"));
    Client bob = connect();
    List<Map<String, Object>> second = bob.join("presence-a", "{\"user_id\":\"2\"}");
    assertEquals(1, second.size(), second::toString);
    assertEquals(
        "{\"presence\":{\"ids\":[\"1\",\"2\"],\"hash\":{\"1\":{\"name\":\"Ann\"},\"2\":{}},"
            + "\"count\":2}}",
        second.get(0).get("data"));
    Map<String, Object> added = ann.take().get(0);
    assertEquals("pusher_internal:member_added", added.get("event"));
    assertEquals("{\"user_id\":\"2\",\"user_info\":{}}", added.get("data"));
    Client bobAgain = connect();
    bobAgain.join("presence-a", "{\"user_id\":\"2\"}");
    assertEquals(List.of(), ann.take(), "it is the same user");
    bob.session.onTransportClosed();
    node.run();
    assertEquals(List.of(), ann.take(), "he is still there");
    bobAgain.send(command("pusher:unsubscribe", Map.of("channel", "presence-a")));
    Map<String, Object> removed = ann.take().get(0);
    assertEquals("pusher_internal:member_removed", removed.get("event"));
    assertEquals("{\"user_id\":\"2\"}", removed.get("data"));
  }

  @Test
  void presenceIsOneWithNativeClients() throws Exception {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    ann.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"presence-a\"}");
    ann.send("{\"id\":2,\"command\":\"join\",\"channel\":\"presence-a\",\"member\":{\"x\":1}}");
    ann.send("{\"id\":3,\"command\":\"presence\",\"channel\":\"presence-a\"}");
    Client bob = connect();
    Map<String, Object> joined =
        bob.join("presence-a", "{\"user_id\":\"bob\",\"user_info\":{\"y\":2}}").get(0);
    Map<String, Object> presence = JsonTree.object(data(joined), "presence");
    assertEquals(
        Map.of("ann", Map.of("id", "ann", "x", 1L), "bob", Map.of("y", 2L)), presence.get("hash"));
    Map<String, Object> change = ann.take().get(0);
    assertEquals(List.of(Map.of("id", "bob", "user_info", Map.of("y", 2L))), change.get("joined"));
  }

  @Test
  void refusesAPresenceWithoutAUser() throws Exception {
    Client client = connect();
    assertEquals(401L, status(client.subscribeSigned("presence-a")));
    for (String data :
        List.of(
            "",
            "1",
            "{}",
            "{\"user_id\":null}",
            "{\"user_id\":\"a b\"}",
            "{\"user_id\":{}}",
            "{\"user_id\":\"1\",\"user_info\":true}",
            "{\"user_id\":\"1\"")) {
      assertEquals(400L, status(client.join("presence-a", data).get(0)), data);
    }
    assertEquals(0, node.hub.subscribers(channel("presence-a")));
  }

  private static io.broadcasty.core.channel.TenantChannel channel(String name) {
    return new io.broadcasty.core.channel.TenantChannel(TestNode.ACME, new ChannelName(name));
  }

  @Test
  void clientEventsReachTheOthersAndAreNotKept() throws Exception {
    Client ann = connect();
    Client bob = connect();
    ann.join("presence-a", "{\"user_id\":\"1\"}");
    bob.join("presence-a", "{\"user_id\":\"2\"}");
    ann.take();
    assertEquals(
        List.of(),
        ann.send("{\"event\":\"client-x\",\"channel\":\"presence-a\",\"data\":{\"a\":1}}"));
    assertEquals(
        Map.of("event", "client-x", "channel", "presence-a", "data", "{\"a\":1}", "user_id", "1"),
        bob.take().get(0));
    ann.subscribeSigned("private-a");
    bob.subscribeSigned("private-a");
    ann.send("{\"event\":\"client-x\",\"channel\":\"private-a\",\"data\":\"text\"}");
    assertEquals(
        Map.of("event", "client-x", "channel", "private-a", "data", "text"), bob.take().get(0));
    assertEquals(
        0, node.context.subscribe().broker().states(channel("private-a"), 1).get(0).head());
  }

  @Test
  void refusesClientEvents() throws Exception {
    Client ann = connect();
    ann.subscribe("news");
    ann.subscribeSigned("private-quiet");
    ann.subscribeSigned("private-encrypted-a");
    String long1 = "x".repeat(10_241);
    for (String event :
        List.of(
            "{\"event\":\"client-x\",\"channel\":\"private-other\",\"data\":1}",
            "{\"event\":\"client-x\",\"channel\":\"news\",\"data\":1}",
            "{\"event\":\"client-x\",\"channel\":\"private-encrypted-a\",\"data\":1}",
            "{\"event\":\"client-x\",\"channel\":\"private-quiet\",\"data\":1}",
            "{\"event\":\"client-x\",\"channel\":\"a b\",\"data\":1}",
            "{\"event\":\"client-x\",\"channel\":\"private-quiet\",\"data\":\"" + long1 + "\"}")) {
      assertEquals(4301L, code(ann.request(event)), event);
    }
    Client quiet = new Client("quiet", "7");
    quiet.take();
    assertEquals(
        4301L,
        code(quiet.request("{\"event\":\"client-x\",\"channel\":\"private-a\",\"data\":1}")));
  }

  @Test
  void limitsClientEventsOfAConnection() throws Exception {
    Client ann = connect();
    ann.subscribeSigned("private-a");
    String event = "{\"event\":\"client-x\",\"channel\":\"private-a\",\"data\":1}";
    for (int second = 0; second < 2; second++) {
      for (int i = 0; i < 10; i++) {
        assertEquals(List.of(), ann.send(event));
      }
      assertEquals(4301L, code(ann.request(event)));
      node.advance(Duration.ofSeconds(1));
    }
    assertEquals(List.of(), ann.closed);
  }

  @Test
  void aSignedInUserHasAChannelOfItsOwn() throws Exception {
    Client client = connect();
    assertEquals(401L, status(client.subscribe("#server-to-user-42")));
    List<Map<String, Object>> answer = client.signIn("{\"id\":\"42\",\"user_info\":{\"n\":1}}");
    assertEquals("pusher:signin_success", answer.get(0).get("event"));
    assertEquals(
        "{\"id\":\"42\",\"user_info\":{\"n\":1}}",
        JsonTree.object(answer.get(0), "data").get("user_data"));
    assertEquals(401L, status(client.subscribe("#server-to-user-43")));
    Map<String, Object> subscribed = client.subscribe("#server-to-user-42");
    assertEquals("pusher_internal:subscription_succeeded", subscribed.get("event"));
    assertEquals("#server-to-user-42", subscribed.get("channel"));
    publish(UserChannel.of("42").value(), "e", "mine", null);
    assertEquals(
        Map.of("event", "e", "channel", "#server-to-user-42", "data", "mine"),
        client.take().get(0));
    assertEquals(
        4301L,
        code(
            client.request(
                "{\"event\":\"client-x\",\"channel\":\"#server-to-user-42\",\"data\":1}")));
    Map<String, Object> joined = client.subscribeSigned("presence-a");
    assertEquals(
        "{\"presence\":{\"ids\":[\"42\"],\"hash\":{\"42\":{\"n\":1}},\"count\":1}}",
        joined.get("data"));
    node.sessions.disconnect(
        new ControlMessage.Disconnect(TestNode.ACME, "42", null, null, "disconnected"));
    node.run();
    assertEquals(List.of("4009"), client.closed);
    assertEquals(4009L, code(client.take().get(0)));
  }

  /** A signature for a channel must not open a user's own channel under its other name. */
  @Test
  void nobodyElseReadsTheChannelOfAUser() throws Exception {
    Client client = connect();
    assertEquals(401L, status(client.subscribeSigned(UserChannel.of("42").value())));
    TestNode.Client ann = node.connect().authenticate(node.ann());
    String subscribe = "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"%s\"}";
    assertEquals(
        "forbidden",
        JsonTree.object(ann.request(subscribe.formatted(UserChannel.of("42").value())), "error")
            .get("code"));
    assertNull(ann.request(subscribe.formatted("private-server-to-user:*")).get("error"));
    publish(UserChannel.of("42").value(), "e", "mine", null);
    assertEquals(List.of(), ann.take());
    assertNotNull(ann.request(subscribe.formatted(UserChannel.of("ann").value())).get("result"));
  }

  private static App stored(App.Credential... credentials) {
    return new App("77", List.of(credentials), TestNode.ACME, true, true, 10_240);
  }

  @Test
  void aNewKeyCountsOnConnectionsThatAreOpen() throws Exception {
    App.Credential before = new App.Credential("before", "one");
    App.Credential after = new App.Credential("after", "two");
    apps.store(List.of(stored(before)));
    Client client = new Client("before", "7");
    client.socketId = String.valueOf(data(client.take().get(0)).get("socket_id"));
    apps.store(List.of(stored(after, before)));
    for (App.Credential each : List.of(before, after)) {
      String channel = "private-" + each.key();
      Map<String, Object> answer =
          client.request(
              command(
                  "pusher:subscribe",
                  Map.of(
                      "auth",
                      AppSignature.auth(each, AppSignature.subscription(client.socketId, channel)),
                      "channel",
                      channel)));
      assertEquals("pusher_internal:subscription_succeeded", answer.get("event"), each.key());
    }
  }

  @Test
  void theConnectionsOfADeletedAppEnd() throws Exception {
    apps.store(List.of(stored(new App.Credential("gone", "one"))));
    Client client = new Client("gone", "7");
    Client other = connect();
    apps.store(List.of());
    node.context.sessions().reauthorize(TestNode.ACME);
    node.run();
    assertEquals(List.of("4009"), client.closed);
    assertEquals(List.of(), other.closed);
  }

  @Test
  void endsAfterAWrongSignIn() throws Exception {
    Client client = connect();
    client.send(command("pusher:signin", Map.of("auth", "key:00", "user_data", "{\"id\":\"1\"}")));
    assertEquals(List.of("4009"), client.closed);
    Client unnamed = connect();
    assertNull(code(unnamed.signIn("{\"id\":\"\"}").get(0)));
    assertNull(code(unnamed.signIn("{\"id\":7}").get(0)));
    assertEquals(List.of(), unnamed.closed);
  }

  @Test
  void aCachedChannelBeginsWithItsLastEvent() throws Exception {
    Client early = connect();
    List<Map<String, Object>> none =
        early.send(command("pusher:subscribe", Map.of("auth", "", "channel", "cache-a")));
    assertEquals("pusher_internal:subscription_succeeded", none.get(0).get("event"));
    assertEquals(Map.of("event", "pusher:cache_miss", "channel", "cache-a"), none.get(1));
    publish("cache-a", "e", "first", null);
    publish("cache-a", "e", "last", null);
    assertEquals(2, early.take().size());
    Client late = connect();
    List<Map<String, Object>> cached =
        late.send(command("pusher:subscribe", Map.of("auth", "", "channel", "cache-a")));
    assertEquals("pusher_internal:subscription_succeeded", cached.get(0).get("event"));
    assertEquals("last", cached.get(1).get("data"));
    assertEquals(2, cached.size());
  }

  /** Returns what a new client gets of a channel, but the confirmation. */
  private List<Map<String, Object>> arrive(String key, String channel) throws Exception {
    Client client = new Client(key, "7");
    client.take();
    List<Map<String, Object>> all =
        client.send(command("pusher:subscribe", Map.of("auth", "", "channel", channel)));
    assertEquals("pusher_internal:subscription_succeeded", all.get(0).get("event"));
    client.session.onTransportClosed();
    node.run();
    return all.subList(1, all.size());
  }

  private void store(String key, Duration cacheTtl, Duration replay) {
    apps.store(
        List.of(
            new App(
                "77",
                List.of(new App.Credential(key, "one")),
                TestNode.ACME,
                true,
                true,
                10_240,
                new AppFeatures(false, false, cacheTtl, replay),
                null)));
  }

  @Test
  void theLastEventOfACachedChannelExpires() throws Exception {
    store("short", Duration.ofSeconds(10), Duration.ZERO);
    Map<String, Object> miss = Map.of("event", "pusher:cache_miss", "channel", "cache-a");
    publish("cache-a", "e", "first", null);
    publish("cache-a", "e", "last", null);
    node.advance(Duration.ofSeconds(10));
    assertEquals("last", arrive("short", "cache-a").get(0).get("data"));
    node.advance(Duration.ofSeconds(1));
    assertEquals(List.of(miss), arrive("short", "cache-a"));
    assertEquals("last", arrive("key", "cache-a").get(0).get("data"), "30 min by default");
    node.advance(Duration.ofMinutes(30));
    assertEquals(List.of(miss), arrive("key", "cache-a"));
    publish("cache-a", "e", "next", null);
    assertEquals("next", arrive("short", "cache-a").get(0).get("data"));
  }

  @Test
  void aCachedEventThatIsErasedIsMissed() throws Exception {
    publish("cache-a", "e", "last", null);
    StreamState state = node.broker.states(channel("cache-a"), 1).get(0);
    node.broker.erase(new StreamKey(channel("cache-a"), 0, state.epoch()), Set.of(state.head()));
    assertEquals("pusher:cache_miss", arrive("key", "cache-a").get(0).get("event"));
  }

  @Test
  void everyKindOfCacheChannelHasItsLastEvent() throws Exception {
    for (String channel : List.of("private-cache-b", "private-encrypted-cache-b")) {
      Client early = connect();
      List<Map<String, Object>> none =
          early.send(
              command(
                  "pusher:subscribe",
                  Map.of(
                      "auth",
                      AppSignature.auth(KEY, AppSignature.subscription(early.socketId, channel)),
                      "channel",
                      channel)));
      assertEquals("pusher:cache_miss", none.get(1).get("event"), channel);
    }
    publish("presence-cache-b", "e", "last", null);
    List<Map<String, Object>> joined = connect().join("presence-cache-b", "{\"user_id\":\"1\"}");
    assertEquals("last", joined.get(1).get("data"));
  }

  @Test
  void whoComesBackGetsWhatWasMissed() throws Exception {
    store("replay", AppFeatures.DEFAULT_CACHE_TTL, Duration.ofSeconds(10));
    for (int i = 0; i < 5; i++) {
      publish("news", "e", "old" + i, null);
    }
    node.advance(Duration.ofSeconds(11));
    assertEquals(List.of(), arrive("replay", "news"));
    node.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 5; i++) {
      publish("news", "e", "new" + i, null);
    }
    List<Map<String, Object>> missed = arrive("replay", "news");
    assertEquals(
        List.of("new0", "new1", "new2", "new3", "new4"),
        missed.stream().map(each -> each.get("data")).toList());
    assertEquals(5, missed.stream().map(each -> each.get("id")).distinct().count());
    assertEquals(missed, arrive("replay", "news"), "with the same ids");
    assertEquals(List.of(), arrive("key", "news"), "other apps get nothing");
  }

  @Test
  void aReplayIsLimitedAndReadsLittle() throws Exception {
    store("replay", AppFeatures.DEFAULT_CACHE_TTL, Duration.ofMinutes(5));
    for (int i = 1; i <= RecentEvents.MAX_EVENTS + 50; i++) {
      publish("news", "e", String.valueOf(i), null);
    }
    Client client = new Client("replay", "7");
    client.take();
    List<Map<String, Object>> all =
        client.send(command("pusher:subscribe", Map.of("auth", "", "channel", "news")));
    assertEquals("51", all.get(1).get("data"));
    assertEquals("1050", all.get(all.size() - 1).get("data"));
    assertEquals(1 + RecentEvents.MAX_EVENTS, all.size());
  }

  @Test
  void aReplayBeginsInEachPartition() throws Exception {
    store("replay", AppFeatures.DEFAULT_CACHE_TTL, Duration.ofSeconds(10));
    for (int i = 0; i < 3; i++) {
      publishKeyed("wide", "k" + i, "old" + i);
    }
    node.advance(Duration.ofSeconds(11));
    for (int i = 0; i < 3; i++) {
      publishKeyed("wide", "k" + i, "new" + i);
    }
    assertEquals(
        Set.of("new0", "new1", "new2"),
        arrive("replay", "wide").stream()
            .map(each -> String.valueOf(each.get("data")))
            .collect(Collectors.toSet()));
  }

  private void publishKeyed(String channel, String key, String data) {
    node.publish(
        new PublishRequest(
            new ChannelName(channel),
            null,
            key,
            new Message(
                PusherData.payload(data), null, "e", null, null, Headers.NONE, Origin.NONE)));
  }

  @Test
  void answersPingsAndClosesASilentClient() throws Exception {
    Client client = connect();
    assertEquals(
        Map.of("event", "pusher:pong", "data", Map.of()),
        client.request("{\"event\":\"pusher:ping\",\"data\":{}}"));
    assertEquals(List.of(), client.send("{\"event\":\"pusher:pong\"}"));
    node.advance(Duration.ofSeconds(42));
    assertEquals(List.of("4201"), client.closed);
  }

  @Test
  void acceptsDataAsAStringToo() throws Exception {
    Client client = connect();
    assertEquals(
        "pusher_internal:subscription_succeeded",
        client
            .request("{\"event\":\"pusher:subscribe\",\"data\":\"{\\\"channel\\\":\\\"news\\\"}\"}")
            .get("event"));
    assertNull(code(client.subscribe("news")), "it is subscribed already");
  }

  @Test
  void refusesHostileMessagesAndEndsAfterTenOfThem() throws Exception {
    Client client = connect();
    List<String> hostile =
        List.of(
            "",
            "x",
            "[]",
            "{}",
            "{\"event\":1}",
            "{\"event\":\"pusher:subscribe\"}",
            "{\"event\":\"pusher:subscribe\",\"data\":[]}",
            "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":7}}",
            "{\"event\":\"pusher_internal:member_added\",\"channel\":\"news\",\"data\":\"{}\"}",
            "{\"event\":\"pusher:ping\",\"data\":" + "[".repeat(5000) + "]".repeat(5000) + "}");
    for (String each : hostile) {
      assertEquals(List.of(), client.closed);
      List<Map<String, Object>> answers = client.send(each);
      assertNull(code(answers.get(0)), each);
    }
    assertEquals(List.of("4100"), client.closed);
    Client names = connect();
    for (String channel : List.of("", "a b", "#server-to-user", "a*", "x".repeat(201), "ä")) {
      assertEquals(400L, status(names.subscribe(channel)), channel);
    }
  }

  @Test
  void refusesHandshakesWithTheCodesOfTheProtocol() throws Exception {
    Map<String, Client> refused =
        Map.of(
            "4001", new Client("nobody", "7"),
            "4006", new Client("key", "seven"),
            "4007", new Client("key", "4"),
            "4008", new Client("key", null));
    refused.forEach(
        (code, client) -> {
          assertEquals(List.of(code), client.closed);
          assertEquals(Long.valueOf(code), code(client.take().get(0)));
          client.session.onTransportClosed();
        });
    node.tenants.all(all -> all.state(TenantState.SUSPENDED));
    assertEquals(List.of("4003"), new Client("key", "7").closed);
  }

  @Test
  void aDrainingNodeSendsClientsAwayAtOnce() throws Exception {
    Client client = connect();
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
    node.sessions.drain(Duration.ZERO, scheduler);
    scheduler.shutdown();
    assertTrue(scheduler.awaitTermination(10, TimeUnit.SECONDS));
    node.run();
    assertEquals(List.of("4200"), client.closed);
  }

  /** Clients come back at once, without any spread of their own: the server has to spread them. */
  @Test
  void aDrainSpreadsItsClientsOverItsTime() throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(connect());
    }
    TreeMap<Long, List<Runnable>> due = new TreeMap<>();
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            due.computeIfAbsent(unit.toMillis(delay), at -> new ArrayList<>()).add(command);
            return super.schedule(() -> {}, 0, unit);
          }
        };
    node.sessions.drain(Duration.ofSeconds(10), scheduler);
    scheduler.shutdown();
    assertEquals(20, due.size(), "no two at one time");
    for (Map.Entry<Long, List<Runnable>> each : due.entrySet()) {
      each.getValue().forEach(Runnable::run);
      node.run();
      long away = clients.stream().filter(client -> client.closed.equals(List.of("4200"))).count();
      assertEquals(each.getKey() / 500 + 1, away, "after " + each.getKey() + " ms");
    }
    assertTrue(due.lastKey() < 10_000, "all are away in time");
  }
}
