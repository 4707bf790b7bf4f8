package io.broadcasty.broker.redis;

import static io.broadcasty.broker.Publishing.appended;
import static io.broadcasty.broker.Publishing.channel;
import static io.broadcasty.broker.Publishing.fill;
import static io.broadcasty.broker.Publishing.kept;
import static io.broadcasty.broker.Publishing.named;
import static io.broadcasty.broker.Publishing.plain;
import static io.broadcasty.broker.Publishing.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Lost;
import io.broadcasty.broker.ReplayPage;
import io.broadcasty.broker.ReplayRequest;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.redis.Availability;
import io.broadcasty.redis.RedisServer;
import io.broadcasty.redis.RedisSettings;
import io.broadcasty.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
  void oneOrderWhicheverNodeTakesThemHeardOnceOnEach() throws Exception {
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
      node.await("all", () -> node.heard.sequences(ORDERS, 0).size() >= 60);
      assertEquals(upTo(60), node.heard.sequences(ORDERS, 0));
      assertEquals(node.heard.all(), kept(nodes.get(0).broker, ORDERS, 0));
    }
    assertTrue(appended(nodes.get(2).broker, named(ORDERS, 0, "o1")).duplicate());
  }

  @Test
  void aNodeHearsOfItsOwnInOrderWhileItBeginsAndCeasesToFollow() throws Exception {
    RedisNode node = node(RedisServer.shared().settings());
    for (int round = 0; round < 3; round++) {
      var following = node.broker.follow(ORDERS);
      fill(node.broker, ORDERS, 0, 20);
      following.toCompletableFuture().get(10, TimeUnit.SECONDS);
      fill(node.broker, ORDERS, 0, 20);
      int all = (round + 1) * 60 - 20;
      node.await("all followed", () -> node.heard.all().size() >= all);
      node.broker.unfollow(ORDERS);
      node.time.advance(Duration.ofMinutes(1));
      node.await("silence", () -> !node.isListenedTo(ORDERS));
      fill(node.broker, ORDERS, 0, 20);
    }
    assertEquals(upTo(180), node.heard.sequences(ORDERS, 0));
  }

  @Test
  void aNodeHearsOnlyWhatItFollows() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode one = node(settings);
    RedisNode two = node(settings);
    follow(one, ORDERS);
    fill(two.broker, channel("other"), 0, 5);
    fill(two.broker, channel("globex", "orders"), 0, 5);
    fill(two.broker, ORDERS, 0, 1);
    one.await("it", () -> !one.heard.all().isEmpty());
    assertEquals(1, one.heard.all().size());
  }

  @Test
  void tellsOfChannelsThatComeIntoBeingElsewhere() throws Exception {
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
  void findsOutWhichChannelsMissedSomethingWhileTheirLineWasBroken() throws Exception {
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
    one.await("three", () -> one.heard.all().size() == 3);
    for (int round = 1; round <= 3; round++) {
      int gaps = round;
      one.whileDeaf(
          () -> {
            fill(two.broker, ORDERS, 0, 2);
            fill(two.broker, channel("new." + gaps), 0, 1);
          });
      one.await("the gap", () -> one.gaps.size() >= gaps);
      one.await("the new channel", () -> one.channels.contains(channel("new." + gaps)));
      fill(two.broker, ORDERS, 0, 1);
      one.await("to be live again", () -> one.heard.sequences(ORDERS, 0).contains(3L + 3 * gaps));
    }
    assertFalse(one.gaps.contains(quiet), "nothing was missed there");
  }

  /** As when Redis drops a message because a buffer is full, without closing the connection. */
  @Test
  void findsWhatWasLostWithoutASign() throws Exception {
    RedisSettings settings = RedisServer.shared().settings();
    RedisNode one = node(settings);
    RedisNode two = node(settings);
    follow(one, ORDERS);
    fill(two.broker, ORDERS, 0, 3);
    one.await("three", () -> one.heard.all().size() == 3);
    one.appendUnannounced(ORDERS);
    one.await("the gap", () -> one.gaps.contains(ORDERS));
    assertEquals(4, kept(one.broker, ORDERS, 0).size());
  }

  @Test
  void refusesAtOnceWhileRedisIsAwayAndGoesOnWhenItIsBack() throws Exception {
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
    server.startAgain();
    two.await("Redis again", () -> !isRefused(two, "back"));
    one.await(
        "what was published meanwhile",
        () -> one.heard.sequences(ORDERS, 0).contains(6L) || one.gaps.contains(ORDERS));
    assertEquals(6, kept(one.broker, ORDERS, 0).size());
    assertEquals(epoch, kept(one.broker, ORDERS, 0).get(5).position().epoch());
    two.await("what was followed meanwhile", () -> two.isListenedTo(channel("late")));
  }

  @Test
  void beginsAnewWithAnotherEpochWhenRedisHasLostEverything() throws Exception {
    RedisServer server = server("--save", "");
    RedisNode one = node(server.settings());
    RedisNode two = node(one.settings);
    follow(one, ORDERS);
    fill(two.broker, ORDERS, 0, 5);
    String before = kept(one.broker, ORDERS, 0).get(0).position().epoch();
    server.kill();
    server.startAgain();
    one.await("the loss", () -> one.gaps.contains(ORDERS));
    ReplayPage page = one.broker.replay(new ReplayRequest(ORDERS, 0, before, 5, 10, 10_000));
    assertEquals(Lost.Reason.EPOCH, java.util.Objects.requireNonNull(page.lost()).reason());
    two.await("Redis again", () -> !isRefused(two, "anew"));
    assertEquals(1, kept(one.broker, ORDERS, 0).get(0).position().sequence());
    assertNotEquals(before, kept(one.broker, ORDERS, 0).get(0).position().epoch());
  }

  @Test
  void aFrozenRedisHoldsNobodyUpForLong() throws Exception {
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
  void aFullRedisRefusesAndSaysWhatToDo() throws Exception {
    RedisServer server = server("--save", "", "--maxmemory", "5mb");
    RedisNode node = node(server.settings());
    String payload = "\"" + "x".repeat(100_000) + "\"";
    fill(node.broker, ORDERS, 0, 1);
    try (LogCapture log = new LogCapture(Availability.class)) {
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
}
