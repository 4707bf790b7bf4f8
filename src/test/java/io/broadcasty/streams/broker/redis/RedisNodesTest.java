package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.ephemeral;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Tests several nodes on one real Redis that fails. */
@Tag("stores")
class RedisNodesTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantChannel ORDERS = channel("orders");

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private RedisServer server(String... options) {
    RedisServer server = RedisServer.start(options);
    opened.add(server);
    return server;
  }

  private RedisNode node(RedisSettings settings) {
    RedisNode node = new RedisNode(settings);
    opened.add(node);
    return node;
  }

  private static void follow(RedisNode node, TenantChannel channel) throws Exception {
    node.broker.follow(channel).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void allNodesReceiveEachPublicationOnceInOneOrder() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    List<RedisNode> nodes = List.of(node(settings), node(settings), node(settings));
    for (RedisNode node : nodes) {
      follow(node, ORDERS);
    }
    for (int i = 1; i <= 60; i++) {
      assertEquals(
          i, appended(nodes.get(i % 3).broker, named(ORDERS, 0, "o" + i)).position().sequence());
    }
    for (RedisNode node : nodes) {
      node.await("all", () -> node.received.sequences(ORDERS, 0).size() >= 60);
      assertEquals(upTo(60), node.received.sequences(ORDERS, 0));
      assertEquals(node.received.all(), kept(nodes.get(0).broker, ORDERS, 0));
    }
    assertTrue(appended(nodes.get(2).broker, named(ORDERS, 0, "o1")).duplicate());
  }

  @Test
  void followersOfAChannelAndOfPatternsReceiveWhatIsEphemeralOnce() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode publisher = node(settings);
    RedisNode ofChannel = node(settings);
    RedisNode ofPattern = node(settings);
    RedisNode ofBoth = node(settings);
    RedisNode ofNeither = node(settings);
    follow(publisher, ORDERS);
    follow(ofChannel, ORDERS);
    follow(ofBoth, ORDERS);
    for (RedisNode node : List.of(ofPattern, ofBoth)) {
      var followed = node.broker.follow(ACME, ChannelPattern.parse("*"));
      followed.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    List<Envelope> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(ephemeral(ORDERS, "" + i));
      publish(publisher.broker, List.of(all.get(i)));
    }
    for (RedisNode node : List.of(publisher, ofChannel, ofPattern, ofBoth)) {
      node.await("all", () -> node.received.ephemerals().size() >= 20);
    }
    follow(ofPattern, ORDERS); // as its hub does, which then gets it as a follower of the channel
    all.add(ephemeral(ORDERS, "last"));
    publish(publisher.broker, List.of(all.get(20)));
    fill(publisher.broker, ORDERS, 0, 1);
    all.add(ephemeral(ORDERS, "of a stream"));
    publish(publisher.broker, List.of(all.get(21)));
    for (RedisNode node : List.of(publisher, ofChannel, ofPattern, ofBoth)) {
      node.await("all", () -> node.received.ephemerals().size() >= 22);
      fill(node.broker, ORDERS, 0, 1); // comes after whatever came twice
      assertEquals(all, node.received.ephemerals());
      assertEquals(List.of(), List.copyOf(node.gaps));
    }
    assertEquals(List.of(), ofNeither.received.ephemerals());
  }

  @Test
  void aNodeReceivesItsOwnInOrderWhileFollowingChanges() throws Exception {
    RedisNode node = node(RedisServer.shared().settings());
    for (int round = 0; round < 3; round++) {
      var following = node.broker.follow(ORDERS);
      fill(node.broker, ORDERS, 0, 20);
      following.toCompletableFuture().get(10, TimeUnit.SECONDS);
      fill(node.broker, ORDERS, 0, 20);
      int all = (round + 1) * 60 - 20;
      node.await("all followed", () -> node.received.all().size() >= all);
      node.broker.unfollow(ORDERS);
      node.time.advance(Duration.ofMinutes(1));
      node.await("silence", () -> !node.hasSubscriber(ORDERS));
      fill(node.broker, ORDERS, 0, 20);
    }
    assertEquals(upTo(180), node.received.sequences(ORDERS, 0));
  }

  @Test
  void aNodeReceivesOnlyFollowedChannels() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode one = node(settings);
    RedisNode two = node(settings);
    follow(one, ORDERS);
    fill(two.broker, channel("other"), 0, 5);
    fill(two.broker, channel("globex", "orders"), 0, 5);
    fill(two.broker, ORDERS, 0, 1);
    one.await("it", () -> !one.received.all().isEmpty());
    assertEquals(1, one.received.all().size());
  }

  @Test
  void notifiesOfChannelsCreatedByOtherNodes() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode one = node(settings);
    RedisNode two = node(settings);
    ChannelPattern pattern = ChannelPattern.parse("orders.*");
    one.broker.follow(ACME, pattern).toCompletableFuture().get(10, TimeUnit.SECONDS);
    fill(two.broker, channel("orders.eu"), 0, 2);
    fill(two.broker, channel("orders.eu"), 0, 2);
    fill(two.broker, channel("globex", "orders.us"), 0, 1);
    fill(two.broker, channel("orders.uk"), 1, 1);
    one.await("both", () -> one.channels.size() >= 2);
    assertEquals(List.of(channel("orders.eu"), channel("orders.uk")), List.copyOf(one.channels));
  }

  /** The pub/sub connection is lost while others publish. */
  @Test
  void detectsAnnouncementsMissedWhileDisconnected() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server.settings());
    RedisNode two = node(one.settings);
    TenantChannel quiet = channel("quiet");
    follow(one, ORDERS);
    follow(one, quiet);
    one.broker
        .follow(ACME, ChannelPattern.parse("new.*"))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    fill(two.broker, ORDERS, 0, 3);
    one.await("three", () -> one.received.all().size() == 3);
    for (int round = 1; round <= 3; round++) {
      int gaps = round;
      one.whileDisconnected(
          () -> {
            fill(two.broker, ORDERS, 0, 2);
            fill(two.broker, channel("new." + gaps), 0, 1);
          });
      one.await("the gap", () -> one.gaps.size() >= gaps);
      one.await("the new channel", () -> one.channels.contains(channel("new." + gaps)));
      fill(two.broker, ORDERS, 0, 1);
      one.await(
          "to be live again", () -> one.received.sequences(ORDERS, 0).contains(3L + 3L * gaps));
    }
    assertFalse(one.gaps.contains(quiet), "nothing was missed there");
  }

  /** As when Redis drops a message because a buffer is full, without closing the connection. */
  @Test
  void detectsAnnouncementsLostUnnoticed() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode one = node(settings);
    RedisNode two = node(settings);
    follow(one, ORDERS);
    fill(two.broker, ORDERS, 0, 3);
    one.await("three", () -> one.received.all().size() == 3);
    one.appendUnannounced(ORDERS);
    one.await("the gap", () -> one.gaps.contains(ORDERS));
    assertEquals(4, kept(one.broker, ORDERS, 0).size());
  }

  @Test
  void refusesAtOnceDuringAnOutageAndResumesAfterwards() throws Exception {
    RedisServer server = server("--appendonly", "yes");
    RedisNode one = node(server.settings());
    RedisNode two = node(one.settings);
    follow(one, ORDERS);
    fill(two.broker, ORDERS, 0, 5);
    String epoch = kept(one.broker, ORDERS, 0).get(0).position().epoch();
    server.kill();
    two.await("notice", () -> isRefused(two, "a"));
    long began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertTrue(isRefused(two, "while away " + i));
    }
    assertThrows(BrokerException.class, () -> two.broker.states(ORDERS, 1));
    assertThrows(Exception.class, () -> follow(two, channel("late")));
    assertTrue(System.nanoTime() - began < 1_000_000_000L, "no caller waited for a timeout");
    server.restart();
    two.await("Redis again", () -> !isRefused(two, "back"));
    one.await(
        "what was published meanwhile",
        () -> one.received.sequences(ORDERS, 0).contains(6L) || one.gaps.contains(ORDERS));
    assertEquals(6, kept(one.broker, ORDERS, 0).size());
    assertEquals(epoch, kept(one.broker, ORDERS, 0).get(5).position().epoch());
    two.await("what was followed meanwhile", () -> two.hasSubscriber(channel("late")));
  }

  @Test
  void restartsWithAnotherEpochWhenRedisHasLostEverything() throws Exception {
    RedisServer server = server("--save", "");
    RedisNode one = node(server.settings());
    RedisNode two = node(one.settings);
    follow(one, ORDERS);
    fill(two.broker, ORDERS, 0, 5);
    String before = kept(one.broker, ORDERS, 0).get(0).position().epoch();
    server.kill();
    server.restart();
    one.await("the loss", () -> one.gaps.contains(ORDERS));
    ReplayPage page = one.broker.replay(new ReplayRequest(ORDERS, 0, before, 5, 10, 10_000));
    assertEquals(LostPosition.Reason.EPOCH, java.util.Objects.requireNonNull(page.lost()).reason());
    two.await("Redis again", () -> !isRefused(two, "anew"));
    assertEquals(1, kept(one.broker, ORDERS, 0).get(0).position().sequence());
    assertNotEquals(before, kept(one.broker, ORDERS, 0).get(0).position().epoch());
  }

  @Test
  void aFrozenRedisDoesNotBlockForLong() throws Exception {
    RedisServer server = server("--save", "");
    RedisNode node = node(server.settings());
    fill(node.broker, ORDERS, 0, 1);
    server.freeze();
    try {
      assertInstanceOf(
          AppendOutcome.Unavailable.class,
          publish(node.broker, List.of(named(ORDERS, 0, "in doubt"))).get(0));
      long began = System.nanoTime();
      assertTrue(isRefused(node, "at once"));
      assertTrue(System.nanoTime() - began < 500_000_000L);
    } finally {
      server.thaw();
    }
    node.await("Redis again", () -> !isRefused(node, "back"));
    assertTrue(
        appended(node.broker, named(ORDERS, 0, "in doubt")).position().sequence() >= 2,
        "the first attempt may have been carried out, and then this is the same");
    assertEquals(3, kept(node.broker, ORDERS, 0).size());
  }

  @Test
  void aFullRedisRefusesAndAdvises() throws Exception {
    RedisServer server = server("--save", "", "--maxmemory", "5mb");
    RedisNode node = node(server.settings());
    String payload = "\"" + "x".repeat(100_000) + "\"";
    fill(node.broker, ORDERS, 0, 1);
    try (LogCapture log = new LogCapture(RedisAvailability.class)) {
      node.await(
          "it to be full",
          () ->
              publish(node.broker, List.of(plain(ORDERS, 0, payload))).get(0)
                  instanceof AppendOutcome.Unavailable);
      assertTrue(log.text().contains("maxmemory"), log.text());
    }
    assertTrue(kept(node.broker, ORDERS, 0).size() > 10, "what there is can be read");
  }

  private static boolean isRefused(RedisNode node, String id) {
    return publish(node.broker, List.of(named(ORDERS, 0, id))).get(0)
        instanceof AppendOutcome.Unavailable;
  }

  @Test
  void aRepeatedPublicationIsWrittenAgainBeforeReplicasAreWaitedFor() {
    RedisServer server = server("--save", "");
    RedisNode node = new RedisNode(server.settings(), 1);
    opened.add(node);
    publish(node.broker, List.of(named(ORDERS, 0, "1")));
    long before = server.changes();
    assertInstanceOf(
        AppendOutcome.Unavailable.class,
        publish(node.broker, List.of(named(ORDERS, 0, "1"))).get(0),
        "there is no replica");
    assertTrue(server.changes() > before, "WAIT counts only what this connection has written");
  }

  @Test
  void aChannelOfAnEmptiedRedisHasAnotherEpoch() {
    RedisServer server = server("--save", "");
    RedisNode node = node(server.settings());
    Position first = appended(node.broker, plain(ORDERS, 0, "1")).position();
    try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      jedis.flushAll();
    }
    String read = node.broker.states(ORDERS, 1).get(0).epoch();
    assertNotEquals(first.epoch(), read);
    Position second = appended(node.broker, plain(ORDERS, 0, "2")).position();
    assertEquals(1, second.sequence());
    assertEquals(read, second.epoch(), "clients are told once that their position is lost");
    assertEquals(
        second.epoch(),
        node.broker.states(channel("orders"), 1).get(0).epoch(),
        "readers know the epoch of the stream");
  }

  @Test
  void aChannelThatHasVanishedAloneGetsAnotherEpochBeforeItIsUsedAgain() throws Exception {
    RedisServer server = server("--save", "");
    RedisNode node = node(server.settings());
    node.broker.follow(ORDERS).toCompletableFuture().get(10, TimeUnit.SECONDS);
    Position first = appended(node.broker, plain(ORDERS, 0, "1")).position();
    node.await("its own announcement", () -> !node.received.all().isEmpty());
    try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      jedis.keys("*orders*").forEach(jedis::del);
    }
    node.whileDisconnected(() -> {});
    node.await(
        "another epoch", () -> !node.broker.states(ORDERS, 1).get(0).epoch().equals(first.epoch()));
    assertNotEquals(first.epoch(), appended(node.broker, plain(ORDERS, 0, "2")).position().epoch());
  }

  @Test
  void aFullRedisThatEvictsKeysGivesNoEpochTwice() {
    RedisServer server =
        server("--save", "", "--maxmemory", "4mb", "--maxmemory-policy", "allkeys-random");
    RedisNode node = node(server.settings());
    Position first = appended(node.broker, plain(ORDERS, 0, "1")).position();
    try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      String hash = jedis.keys("*seq:*orders*").iterator().next();
      for (int i = 0; jedis.exists(hash); i++) {
        jedis.set("filler" + i, "x".repeat(10_000));
      }
    }
    assertNotEquals(first.epoch(), node.broker.states(ORDERS, 1).get(0).epoch());
    assertNotEquals(first.epoch(), appended(node.broker, plain(ORDERS, 0, "2")).position().epoch());
  }
}
