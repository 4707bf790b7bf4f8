package io.broadcasty.protocol.pusher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppEvents;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.wire.JsonWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests numbers of subscribers and watchlists on two nodes, with time and rounds run by hand. */
class PusherAudienceTest {

  private static final App.Credential KEY = new App.Credential("key", "secret");
  private static final App.Credential QUIET = new App.Credential("quiet", "secret");
  private final Apps apps =
      new Apps(
          List.of(
              new App(
                  "1",
                  List.of(KEY),
                  TestNode.ACME,
                  true,
                  true,
                  10_240,
                  new AppFeatures(true, true),
                  null),
              new App("2", List.of(QUIET), TestNode.ACME, true, true, 10_240)));
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final List<String> reported = new ArrayList<>();
  private final Node one = new Node("n1");
  private final Node two = new Node("n2");

  private final class Node implements AppEvents {
    final TestNode node = new TestNode();
    final Audience audience;
    final MessageProtocol protocol;

    Node(String name) {
      audience =
          new Audience(
              name,
              topic,
              () -> List.of("n1", "n2"),
              node.hub,
              apps::countSubscriptions,
              node.time);
      protocol = new PusherProtocol(apps, this, audience);
    }

    @Override
    public void onClientEvent(
        TenantChannel channel, String event, String data, String socketId, @Nullable String user) {}

    @Override
    public void onCacheMiss(TenantChannel channel) {}

    @Override
    public void onSubscriptionCount(TenantChannel channel, int count) {
      reported.add(channel.name() + "=" + count);
    }

    Client connect(App.Credential key) throws Exception {
      return new Client(this, key);
    }
  }

  private static final class Client extends TestNode.FakeTransport {
    private final Node on;
    private final App.Credential key;
    private final MessageSession session;
    private final String socketId;

    Client(Node on, App.Credential key) throws Exception {
      this.on = on;
      this.key = key;
      this.session =
          on.protocol
              .accept(
                  new StreamRequest() {
                    @Override
                    public List<String> parameters(String name) {
                      return name.equals("protocol") ? List.of("7") : List.of();
                    }

                    @Override
                    public @Nullable String header(String name) {
                      return null;
                    }

                    @Override
                    public String belowPath() {
                      return key.key();
                    }
                  })
              .open(on.node.context, this);
      on.node.run();
      socketId =
          String.valueOf(
              JsonTree.object(String.valueOf(take().get(0).get("data"))).get("socket_id"));
    }

    void send(String event, Map<String, String> data) {
      session.onText(
          JsonWriter.object(
              json -> {
                json.writeStringField("event", event);
                json.writeObjectFieldStart("data");
                for (Map.Entry<String, String> each : data.entrySet()) {
                  json.writeStringField(each.getKey(), each.getValue());
                }
                json.writeEndObject();
              }));
      on.node.run();
    }

    void subscribe(String channel) {
      send(
          "pusher:subscribe",
          Map.of(
              "channel",
              channel,
              "auth",
              AppSignature.auth(key, AppSignature.subscription(socketId, channel))));
    }

    void unsubscribe(String channel) {
      send("pusher:unsubscribe", Map.of("channel", channel));
    }

    void signIn(String data) {
      send(
          "pusher:signin",
          Map.of(
              "user_data",
              data,
              "auth",
              AppSignature.auth(key, AppSignature.signin(socketId, data))));
    }

    void leave() {
      session.onTransportClosed();
      on.node.run();
    }

    /** Returns the data of the events of a name since the last call. */
    List<String> events(String name) {
      return take().stream()
          .filter(each -> name.equals(each.get("event")))
          .map(each -> String.valueOf(each.get("data")))
          .toList();
    }

    List<String> counts() {
      return events("pusher_internal:subscription_count");
    }

    List<String> watched() {
      return events("pusher_internal:watchlist_events");
    }
  }

  private static String count(int count) {
    return "{\"subscription_count\":" + count + "}";
  }

  private static String online(String user) {
    return "{\"events\":[{\"name\":\"online\",\"user_ids\":[\"" + user + "\"]}]}";
  }

  private static String offline(String user) {
    return "{\"events\":[{\"name\":\"offline\",\"user_ids\":[\"" + user + "\"]}]}";
  }

  private void run(Duration over) {
    for (long millis = 0; millis < over.toMillis(); millis += 500) {
      for (Node each : List.of(one, two)) {
        each.audience.runRound();
        each.node.run();
        each.node.time.advance(Duration.ofMillis(500));
      }
    }
  }

  private void settle() {
    run(Duration.ofSeconds(2));
  }

  @AfterEach
  void checkNothingIsLeft() {
    for (Node each : List.of(one, two)) {
      each.node.advance(Duration.ofMinutes(2));
    }
    run(Duration.ofSeconds(5));
    for (Node each : List.of(one, two)) {
      assertTrue(each.node.isQuiet(), "a session or a topic was left");
      assertTrue(each.audience.isQuiet(), "a counter was left");
    }
  }

  @Test
  void tellsHowManySubscribeOnAllNodes() throws Exception {
    Client ann = one.connect(KEY);
    Client bob = two.connect(KEY);
    ann.subscribe("news");
    settle();
    assertEquals(List.of(count(1)), ann.counts());
    bob.subscribe("news");
    TestNode.Client other = two.node.connect().authenticate(two.node.ann());
    other.request("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"news\"}");
    settle();
    assertEquals(List.of(count(3)), ann.counts(), "other clients count too");
    assertEquals(List.of(count(3)), bob.counts());
    bob.leave();
    settle();
    assertEquals(List.of(count(2)), ann.counts());
    assertEquals(List.of("news=1", "news=3", "news=2"), reported);
    ann.unsubscribe("news");
    settle();
    assertEquals(List.of(), ann.counts());
  }

  @Test
  void aNewcomerIsToldANumberThatHasNotChanged() throws Exception {
    Client ann = one.connect(KEY);
    Client bob = one.connect(KEY);
    Client cid = one.connect(KEY);
    ann.subscribe("news");
    bob.subscribe("news");
    settle();
    bob.leave();
    cid.subscribe("news");
    settle();
    assertEquals(List.of(count(2)), cid.counts());
    assertEquals(List.of("news=2"), reported);
  }

  @Test
  void onlyAppsThatWantItAreTold() throws Exception {
    Client quiet = one.connect(QUIET);
    Client ann = one.connect(KEY);
    quiet.subscribe("news");
    ann.subscribe("news");
    settle();
    assertEquals(List.of(count(2)), ann.counts());
    assertEquals(List.of(), quiet.counts());
  }

  @Test
  void membersAreNotCounted() throws Exception {
    Client ann = one.connect(KEY);
    String data = "{\"user_id\":\"ann\"}";
    ann.send(
        "pusher:subscribe",
        Map.of(
            "channel",
            "presence-a",
            "channel_data",
            data,
            "auth",
            AppSignature.auth(KEY, AppSignature.presence(ann.socketId, "presence-a", data))));
    settle();
    assertEquals(List.of(), ann.counts());
    assertEquals(List.of(), reported);
  }

  @Test
  void tellsWhoOfAWatchlistIsSignedIn() throws Exception {
    Client bob = two.connect(KEY);
    bob.signIn("{\"id\":\"bob\"}");
    settle();
    Client ann = one.connect(KEY);
    ann.signIn("{\"id\":\"ann\",\"watchlist\":[\"bob\",\"cid\",\"bob\"]}");
    settle();
    assertEquals(
        List.of(
            "{\"events\":[{\"name\":\"online\",\"user_ids\":[\"bob\"]},"
                + "{\"name\":\"offline\",\"user_ids\":[\"cid\"]}]}"),
        ann.watched());
    Client cid = one.connect(KEY);
    cid.signIn("{\"id\":\"cid\"}");
    settle();
    assertEquals(List.of(online("cid")), ann.watched());
    bob.leave();
    run(Duration.ofSeconds(5));
    assertEquals(List.of(offline("bob")), ann.watched());
    assertEquals(List.of(), cid.watched(), "who watches nobody is told nothing");
  }

  @Test
  void aQuickReturnIsNotTold() throws Exception {
    Client ann = one.connect(KEY);
    ann.signIn("{\"id\":\"ann\",\"watchlist\":[\"bob\"]}");
    Client bob = two.connect(KEY);
    bob.signIn("{\"id\":\"bob\"}");
    settle();
    assertEquals(List.of(online("bob")), ann.watched());
    bob.leave();
    settle();
    two.connect(KEY).signIn("{\"id\":\"bob\"}");
    run(Duration.ofSeconds(6));
    assertEquals(List.of(), ann.watched());
  }

  @Test
  void aUserIsOnlineWithTheLastOfItsConnections() throws Exception {
    Client ann = one.connect(KEY);
    ann.signIn("{\"id\":\"ann\",\"watchlist\":[\"bob\"]}");
    Client first = one.connect(KEY);
    Client second = two.connect(KEY);
    first.signIn("{\"id\":\"bob\"}");
    second.signIn("{\"id\":\"bob\"}");
    settle();
    assertEquals(List.of(online("bob")), ann.watched());
    first.leave();
    run(Duration.ofSeconds(6));
    assertEquals(List.of(), ann.watched());
    second.leave();
    run(Duration.ofSeconds(6));
    assertEquals(List.of(offline("bob")), ann.watched());
  }

  @Test
  void aLongWatchlistIsCut() throws Exception {
    Client ann = one.connect(KEY);
    String users =
        IntStream.range(0, 101).mapToObj(i -> "\"u" + i + "\"").collect(Collectors.joining(","));
    ann.signIn("{\"id\":\"ann\",\"watchlist\":[" + users + "]}");
    settle();
    List<Map<String, Object>> all = ann.take();
    assertEquals("pusher:signin_success", all.get(0).get("event"));
    assertEquals(4302L, JsonTree.object(all.get(1), "data").get("code"));
    String states = String.valueOf(all.get(2).get("data"));
    assertTrue(states.contains("\"u99\"") && !states.contains("\"u100\""), states);
    assertEquals(List.of(), ann.closed);
  }

  @Test
  void anAppWithoutWatchlistsIsToldNothing() throws Exception {
    Client ann = one.connect(QUIET);
    ann.signIn("{\"id\":\"ann\",\"watchlist\":[\"ann\"]}");
    settle();
    assertEquals(List.of(), ann.watched());
  }
}
