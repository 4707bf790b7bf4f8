package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.RedisSentinel;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests the takeover by a replica without the last publications: nodes have received positions that
 * the new primary assigns again.
 */
@Tag("stores")
class RedisLostTailTest {

  private static final TenantChannel ORDERS = channel("orders");

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private RedisServer server() {
    RedisServer server = RedisServer.start("--appendonly", "yes", "--save", "");
    opened.add(server);
    return server;
  }

  private RedisNode node(RedisServer server, RedisNode... others) {
    RedisNode node = new RedisNode(others.length == 0 ? server.settings() : others[0].settings);
    opened.add(node);
    return node;
  }

  private static void follow(RedisNode node, TenantChannel channel) throws Exception {
    node.broker.follow(channel).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static void fill(RedisNode node, String name, int count) {
    for (int i = 1; i <= count; i++) {
      String id = name + i;
      node.await("a place for " + id, () -> isTaken(node, id));
    }
  }

  private static boolean isTaken(RedisNode node, String id) {
    return publish(node.broker, List.of(named(ORDERS, 0, id))).get(0)
        instanceof AppendOutcome.Appended;
  }

  /**
   * Waits until the listener is told of a gap or receives a publication of another epoch, both of
   * which make subscribers read again.
   */
  private static void awaitGapOrNewEpoch(RedisNode node, String epoch) {
    node.await(
        "word of another epoch",
        () ->
            node.gaps.contains(ORDERS)
                || node.received.all().stream().anyMatch(p -> !p.position().epoch().equals(epoch)));
  }

  /**
   * Waits until publications are received live; before the connection is back, the listener has to
   * read them.
   */
  private static void awaitLive(RedisNode publisher, RedisNode listener) {
    AtomicInteger count = new AtomicInteger();
    listener.await(
        "to be live again",
        () -> {
          fill(publisher, "live" + count.incrementAndGet() + "-", 1);
          return listener.received.all().stream()
              .anyMatch(p -> p.envelope().id().startsWith("live"));
        });
  }

  /** Asserts that no listener got two publications at one position, or one publication twice. */
  private static void assertOnePublicationAPosition(RedisNode node) {
    Map<Position, String> seen = new HashMap<>();
    for (Publication publication : node.received.all()) {
      String before = seen.put(publication.position(), publication.envelope().id());
      assertNull(before, () -> publication.position() + " was " + before);
    }
  }

  private static LostPosition lost(RedisNode node, String epoch, long after) {
    ReplayPage page =
        node.broker.replay(new ReplayRequest(ORDERS, 0, epoch, after, 100, 1_000_000));
    return Objects.requireNonNull(page.lost(), "nothing is lost");
  }

  @Test
  void theStreamContinuesUnderAnotherEpoch() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server);
    RedisNode two = node(server, one);
    follow(one, ORDERS);
    fill(two, "kept", 5);
    server.backUpFiles();
    fill(two, "gone", 5);
    one.await("ten", () -> one.received.all().size() == 10);
    String epoch = one.received.all().get(0).position().epoch();
    server.kill();
    server.restoreFiles();
    server.restart();
    fill(two, "new", 8); // past the received position
    awaitGapOrNewEpoch(one, epoch);
    assertEquals(LostPosition.Reason.EPOCH, lost(one, epoch, 10).reason());
    assertEquals(
        List.of(
            "kept1", "kept2", "kept3", "kept4", "kept5", "new1", "new2", "new3", "new4", "new5",
            "new6", "new7", "new8"),
        kept(one.broker, ORDERS, 0).stream().map(p -> p.envelope().id()).toList());
    String fresh = kept(one.broker, ORDERS, 0).get(0).position().epoch();
    assertNotEquals(epoch, fresh);
    awaitLive(two, one);
    assertOnePublicationAPosition(one);
    assertEquals(fresh, appended(two.broker, named(ORDERS, 0, "last")).position().epoch());
  }

  /** The head is back at its old place before any node checks: only the ids differ. */
  @Test
  void anotherPublicationAtTheSamePositionIsDetected() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server);
    follow(one, ORDERS);
    fill(one, "kept", 3);
    server.backUpFiles();
    fill(one, "gone", 2);
    one.await("five", () -> one.received.all().size() == 5);
    String epoch = one.received.all().get(0).position().epoch();
    server.kill();
    server.restoreFiles();
    server.restart();
    RedisNode other = node(server, one); // this node knows nothing of it
    fill(other, "gone", 2); // published again later, at their old positions
    awaitGapOrNewEpoch(one, epoch);
    assertEquals(LostPosition.Reason.EPOCH, lost(other, epoch, 5).reason());
    assertOnePublicationAPosition(one);
  }

  @Test
  void anExistingTailChangesNothing() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server);
    follow(one, ORDERS);
    fill(one, "kept", 5);
    one.await("five", () -> one.received.all().size() == 5);
    server.kill();
    server.restart();
    fill(one, "more", 5);
    assertEquals(10, kept(one.broker, ORDERS, 0).size());
    assertEquals(
        one.received.all().get(0).position().epoch(),
        kept(one.broker, ORDERS, 0).get(9).position().epoch());
  }

  /** As above, but the pub/sub connection stays open. */
  @Test
  void anUnnoticedLossOfTheTailIsDetectedEventually() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server);
    RedisNode two = node(server, one);
    follow(one, ORDERS);
    follow(two, ORDERS);
    fill(one, "kept", 5);
    one.await("five", () -> one.received.all().size() == 5);
    two.await("five", () -> two.received.all().size() == 5);
    String epoch = one.received.all().get(0).position().epoch();
    one.loseTail(ORDERS, 2);
    one.await(
        "the report of the gap",
        () -> one.gaps.contains(ORDERS)); // nothing is published until then
    two.await("the report of the gap", () -> two.gaps.contains(ORDERS));
    assertEquals(LostPosition.Reason.EPOCH, lost(one, epoch, 5).reason());
    fill(one, "new", 1);
    one.await("it", () -> one.received.all().size() == 6);
    two.await("it", () -> two.received.all().size() == 6);
    assertOnePublicationAPosition(two);
  }

  /** The channel has no followers when it happens, but a reader may come back with its position. */
  @Test
  void detectsALostTailOfAnUnfollowedChannel() throws Exception {
    RedisServer server = server();
    RedisNode one = node(server);
    fill(one, "kept", 3);
    server.backUpFiles();
    Position last = appended(one.broker, named(ORDERS, 0, "gone")).position();
    follow(one, channel("other"));
    server.kill();
    server.restoreFiles();
    server.restart();
    fill(one, "new", 3);
    assertEquals(LostPosition.Reason.EPOCH, lost(one, last.epoch(), last.sequence()).reason());
  }

  /** A primary really dies before its replica has the last publications. */
  @Test
  void aReplicaThatIsBehindTakesOver() throws Exception {
    RedisSentinel sentinel = RedisSentinel.start();
    opened.add(sentinel);
    RedisNode one = new RedisNode(sentinel.settings());
    opened.add(one);
    RedisNode two = new RedisNode(one.settings);
    opened.add(two);
    follow(one, ORDERS);
    follow(two, ORDERS);
    fill(two, "kept", 5);
    sentinel.stopReplication();
    fill(two, "gone", 5);
    one.await("ten", () -> one.received.all().size() == 10);
    two.await("ten", () -> two.received.all().size() == 10);
    String epoch = one.received.all().get(0).position().epoch();
    sentinel.killPrimary();
    fill(two, "new", 8);
    awaitGapOrNewEpoch(one, epoch);
    awaitGapOrNewEpoch(two, epoch);
    one.await("the new primary", () -> isTaken(one, "kept1"));
    assertEquals(LostPosition.Reason.EPOCH, lost(one, epoch, 10).reason());
    assertEquals(13, kept(one.broker, ORDERS, 0).size());
    awaitLive(one, two);
    assertOnePublicationAPosition(one);
    assertOnePublicationAPosition(two);
  }
}
