package io.broadcasty.transport.pusher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppCallers;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.Member;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ChannelQueriesTest {

  private static final App APP =
      new App(
          "1001", List.of(new App.Credential("key", "secret")), TestNode.ACME, true, true, 10_240);

  private static final Duration TTL = Duration.ofMinutes(30);

  private final TestNode node = new TestNode();
  private final Caller caller = AppCallers.backEnd(APP, node.time.now(), null);
  private final SortedMap<ChannelName, Integer> subscribed = new TreeMap<>();
  private final EventPublisher events = new EventPublisher(node.publish);
  private final ChannelQueries queries =
      new ChannelQueries(
          new ChannelExplorer(
              node.broker,
              (tenant, prefix, after, limit) -> find(prefix, after, limit),
              new NodeQuestions(
                  "n1",
                  new MemoryControlTopic(),
                  new MemoryAnswerStore(),
                  () -> List.of("n1"),
                  Runnable::run,
                  node.time,
                  nanos -> {})),
          node.context.presence(),
          node.broker,
          node.tenants,
          node.time);

  private SortedMap<ChannelName, Integer> find(
      String prefix, @org.jspecify.annotations.Nullable ChannelName after, int limit) {
    SortedMap<ChannelName, Integer> found = new TreeMap<>();
    subscribed.forEach(
        (name, count) -> {
          if (name.value().startsWith(prefix)
              && (after == null || name.compareTo(after) > 0)
              && found.size() < limit) {
            found.put(name, count);
          }
        });
    return found;
  }

  private void join(String channel, String... users) {
    for (String user : users) {
      var unused =
          node.presence.join(
              new TenantChannel(TestNode.ACME, new ChannelName(channel)),
              new Member(user, "{\"id\":\"" + user + "\",\"user_info\":{\"n\":1}}"),
              new Holder.Connection(user));
    }
    node.run();
  }

  private List<PusherReader.Event> publish(String body) throws ProblemException {
    List<PusherReader.Event> event = List.of(PusherReader.event(body.getBytes(UTF_8), 1000));
    var unused = events.publish(caller, event).join();
    node.run();
    return event;
  }

  private static void assertRefused(Executable question) {
    assertEquals(
        Code.INVALID_REQUEST, assertThrows(ProblemException.class, question).problem().code());
  }

  @Test
  void listsOccupiedChannels() throws ProblemException {
    assertEquals("{\"channels\":{}}", queries.channels(caller, null, Set.of()));
    subscribed.put(new ChannelName("news"), 2);
    subscribed.put(new ChannelName("presence-a"), 3);
    subscribed.put(UserChannel.of("42"), 1);
    join("presence-a", "1", "2");
    assertEquals(
        "{\"channels\":{\"news\":{},\"presence-a\":{},\"#server-to-user-42\":{}}}",
        queries.channels(caller, null, Set.of()));
    assertEquals(
        "{\"channels\":{\"presence-a\":{\"user_count\":2,\"subscription_count\":3}}}",
        queries.channels(caller, "presence-", Set.of("user_count", "subscription_count")));
    assertEquals(
        "{\"channels\":{\"#server-to-user-42\":{}}}",
        queries.channels(caller, "#server-to-user-", Set.of()));
    assertRefused(() -> queries.channels(caller, null, Set.of("user_count")));
    assertRefused(() -> queries.channels(caller, "presence-", Set.of("cache")));
    for (int i = 0; i < 450; i++) {
      subscribed.put(new ChannelName("many-" + i), 1);
    }
    assertEquals(450, queries.channels(caller, "many-", Set.of()).split("many-", -1).length - 1);
  }

  @Test
  void refusesToListMoreThanFitIntoMemory() {
    for (int i = 0; i <= ChannelQueries.MAX_LISTED; i++) {
      subscribed.put(new ChannelName("many-" + i), 1);
    }
    assertRefused(() -> queries.channels(caller, null, Set.of()));
  }

  @Test
  void describesAChannel() throws ProblemException {
    ChannelName room = new ChannelName("presence-a");
    assertEquals("{\"occupied\":false}", queries.channel(caller, room, Set.of(), TTL));
    subscribed.put(room, 3);
    join("presence-a", "1");
    assertEquals(
        "{\"occupied\":true,\"user_count\":1,\"subscription_count\":3}",
        queries.channel(caller, room, Set.of("user_count", "subscription_count"), TTL));
    assertRefused(() -> queries.channel(caller, room, Set.of("cache"), TTL));
    assertRefused(() -> queries.channel(caller, room, Set.of("x"), TTL));
    assertRefused(
        () -> queries.channel(caller, new ChannelName("news"), Set.of("user_count"), TTL));
    ChannelName cached = new ChannelName("cache-a");
    assertEquals("{\"occupied\":false}", queries.channel(caller, cached, Set.of("cache"), TTL));
    publish("{\"name\":\"e\",\"channel\":\"cache-a\",\"data\":\"first\"}");
    publish("{\"name\":\"e\",\"channel\":\"cache-a\",\"data\":\"last\"}");
    long ttl = TTL.minusMinutes(1).toSeconds();
    node.time.advance(Duration.ofMinutes(1));
    assertEquals(
        "{\"occupied\":false,\"cache\":{\"data\":\"last\",\"ttl\":" + ttl + "}}",
        queries.channel(caller, cached, Set.of("cache"), TTL));
    assertEquals(
        "{\"occupied\":false}",
        queries.channel(caller, cached, Set.of("cache"), Duration.ofSeconds(59)));
  }

  @Test
  void listsUsers() throws ProblemException {
    ChannelName room = new ChannelName("presence-a");
    assertEquals("{\"users\":[]}", queries.users(caller, room, false));
    join("presence-a", "1", "2");
    assertEquals("{\"users\":[{\"id\":\"1\"},{\"id\":\"2\"}]}", queries.users(caller, room, false));
    assertEquals(
        "{\"users\":[{\"id\":\"1\",\"user_info\":{\"n\":1}},"
            + "{\"id\":\"2\",\"user_info\":{\"n\":1}}]}",
        queries.users(caller, room, true));
    assertRefused(() -> queries.users(caller, new ChannelName("news"), false));
    assertEquals(
        Code.FORBIDDEN,
        assertThrows(
                ProblemException.class,
                () -> queries.users(caller, new ChannelName("presence-hidden"), false))
            .problem()
            .code());
  }

  @Test
  void answersWhatEventsAskOfTheirChannels() throws ProblemException {
    subscribed.put(new ChannelName("news"), 2);
    join("presence-a", "1");
    List<PusherReader.Event> asking =
        publish(
            "{\"name\":\"e\",\"channels\":[\"news\",\"presence-a\"],\"data\":\"\","
                + "\"info\":\"user_count,subscription_count\"}");
    assertEquals(
        "{\"channels\":{\"news\":{\"subscription_count\":2},"
            + "\"presence-a\":{\"user_count\":1,\"subscription_count\":0}}}",
        queries.info(caller, asking, false));
    List<PusherReader.Event> batch =
        PusherReader.batch(
            ("{\"batch\":[{\"name\":\"e\",\"channel\":\"news\",\"data\":\"\"},"
                    + "{\"name\":\"e\",\"channel\":\"news\",\"data\":\"\","
                    + "\"info\":\"subscription_count\"}]}")
                .getBytes(UTF_8),
            1000);
    assertEquals("{\"batch\":[{},{\"subscription_count\":2}]}", queries.info(caller, batch, true));
    assertEquals("{}", queries.info(caller, batch.subList(0, 1), true));
    assertRefused(
        () ->
            ChannelQueries.requireOfEvents(
                List.of(
                    PusherReader.event(
                        "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"\",\"info\":\"cache\"}"
                            .getBytes(UTF_8),
                        1000))));
  }

  @Test
  void refusesEventsOnChannelsThatAreNoneOrHaveKeysOfTheirOwn() {
    assertEquals(
        Code.INVALID_CHANNEL,
        assertThrows(
                ProblemException.class,
                () -> publish("{\"name\":\"e\",\"channels\":[\"a\",\"b c\"],\"data\":\"\"}"))
            .problem()
            .code());
    assertRefused(
        () ->
            publish("{\"name\":\"e\",\"channels\":[\"private-encrypted-a\",\"b\"],\"data\":\"\"}"));
    assertEquals(
        0,
        node.broker.states(new TenantChannel(TestNode.ACME, new ChannelName("a")), 1).get(0).head(),
        "nothing was published");
  }
}
