package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberJoined;
import io.broadcasty.core.lifecycle.ChannelEvent.MemberLeft;
import io.broadcasty.core.lifecycle.ChannelEvent.Occupied;
import io.broadcasty.core.lifecycle.ChannelEvent.Vacated;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the channel and member events that listeners of whole nodes receive. */
@Tag("stores")
class NodeEventsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final List<RunningNode> running = new ArrayList<>();

  /** A node as the application starts it, without a server in front of it. */
  private final class RunningNode {
    final RecordingListener recorder = new RecordingListener();
    final PrometheusMeters meters = new PrometheusMeters();
    final Node node;

    RunningNode(Map<String, String> keys) {
      node = WholeNode.open(keys, dir, meters, WallClock.system());
      ((RealtimeListeners) node.listener()).add(recorder);
      running.add(this);
    }

    MessageSession connect(String subject) {
      MessageSession session = WholeNode.connection(node);
      assertTrue(session.open(WholeNode.member(subject)));
      return session;
    }

    /**
     * Returns the events so far: {@code news+}, {@code news-}, {@code presence-room+ann}, {@code
     * presence-room-ann}.
     */
    List<String> events() {
      List<String> events = new ArrayList<>();
      for (ChannelEvent event : recorder.ofType(ChannelEvent.class)) {
        if (event instanceof Occupied occupied) {
          events.add(occupied.channel().name() + "+");
        } else if (event instanceof Vacated vacated) {
          events.add(vacated.channel().name() + "-");
        } else if (event instanceof MemberJoined joined) {
          events.add(joined.channel().name() + "+" + joined.memberId());
        } else if (event instanceof MemberLeft left) {
          events.add(left.channel().name() + "-" + left.memberId());
        }
      }
      return events;
    }
  }

  @AfterEach
  void close() {
    running.forEach(each -> each.node.close());
  }

  private static void subscribe(MessageSession session, String channel) {
    session.onText("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
  }

  private static void awaitEvents(RunningNode node, String... expected) {
    await(List.of(expected) + "", () -> node.events().size() >= expected.length);
    assertEquals(List.of(expected), node.events());
  }

  @Test
  void aSingleNodeReportsChannelsAndMembers() {
    RunningNode node = new RunningNode(Map.of());
    MessageSession ann = node.connect("ann");
    MessageSession bob = node.connect("bob");
    subscribe(ann, "news");
    awaitEvents(node, "news+");
    subscribe(bob, "news");
    ann.onText("{\"id\":2,\"command\":\"join\",\"channel\":\"presence-room\"}");
    awaitEvents(node, "news+", "presence-room+ann");
    ann.onText("{\"id\":3,\"command\":\"unsubscribe\",\"channel\":\"news\"}");
    bob.onTransportClosed();
    awaitEvents(node, "news+", "presence-room+ann", "news-");
    ann.onTransportClosed();
    awaitEvents(node, "news+", "presence-room+ann", "news-", "presence-room-ann");
    String text = node.meters.text();
    for (String event : List.of("occupied", "vacated")) {
      String line = "broadcasty_channel_events_total{event=\"" + event + "\"} 1";
      assertTrue(text.contains(line), text);
    }
    for (String event : List.of("joined", "left")) {
      String line = "broadcasty_member_events_total{event=\"" + event + "\"} 1";
      assertTrue(text.contains(line), text);
    }
  }

  @Test
  void twoNodesOnARedisReportOnce() {
    RedisSettings settings = RedisServer.shared().restrictedSettings();
    try (TcpProxy gate = new TcpProxy(RedisServer.shared().port())) {
      RunningNode a = onRedis(RedisServer.shared().port(), settings);
      RunningNode b = onRedis(gate.port(), settings);
      long bothLiveNanos = System.nanoTime();
      MessageSession ann = a.connect("ann");
      MessageSession bob = b.connect("bob");
      subscribe(ann, "news");
      awaitEvents(a, "news+");
      subscribe(bob, "news");
      subscribe(bob, "of-b");
      awaitEvents(b, "of-b+");
      ann.onText("{\"id\":2,\"command\":\"join\",\"channel\":\"presence-room\"}");
      awaitEvents(a, "news+", "presence-room+ann");
      bob.onText("{\"id\":2,\"command\":\"join\",\"channel\":\"presence-room\"}");
      awaitEvents(b, "of-b+", "presence-room+bob");
      ann.onTransportClosed();
      awaitEvents(a, "news+", "presence-room+ann", "presence-room-ann");
      assertNoMoreEvents(a, Duration.ofSeconds(3)); // longer than an empty channel is kept
      assertNoMoreEvents(a, Duration.ofSeconds(12).minusNanos(System.nanoTime() - bothLiveNanos));

      gate.cut(); // like kill -9 of b
      await("b's end", () -> a.events().size() >= 6);
      List<String> afterwards = new ArrayList<>(a.events().subList(3, a.events().size()));
      afterwards.sort(null);
      assertEquals(List.of("news-", "of-b-", "presence-room-bob"), afterwards);
      assertEquals(List.of("of-b+", "presence-room+bob"), b.events());

      gate.restore(); // b is alive after all, so its subscriptions and members count again
      await("its return", () -> b.events().size() >= 5);
      List<String> again = new ArrayList<>(b.events().subList(2, b.events().size()));
      again.sort(null);
      assertEquals(List.of("news+", "of-b+", "presence-room+bob"), again);
      bob.onTransportClosed();
      await("its leave", () -> b.events().size() >= 8);
      assertEquals(6, a.events().size(), () -> a.events().toString());
      closeAll();
      assertEquals(List.of(), RedisServer.shared().denials(String.valueOf(settings.user())));
    }
  }

  @Test
  void twoNodesOnADatabaseReportChannelsOnce() {
    Map<String, String> keys =
        Map.of(
            "broadcasty.replay.store",
            "database",
            "broadcasty.db.url",
            "jdbc:h2:file:" + dir.resolve("shared"));
    RunningNode a = new RunningNode(keys);
    RunningNode b = new RunningNode(keys);
    MessageSession ann = a.connect("ann");
    MessageSession bob = b.connect("bob");
    subscribe(ann, "news");
    awaitEvents(a, "news+");
    subscribe(bob, "news");
    subscribe(bob, "of-b");
    awaitEvents(b, "of-b+");
    ann.onTransportClosed();
    assertNoMoreEvents(a, Duration.ofSeconds(3)); // longer than an empty channel is kept
    assertEquals(List.of("news+"), a.events());
    b.node.close();
    assertEquals(3, b.events().size(), () -> b.events().toString());
    assertEquals(Set.of("of-b+", "of-b-", "news-"), Set.copyOf(b.events()));
    subscribe(a.connect("ann"), "news");
    awaitEvents(a, "news+", "news+");
  }

  private void closeAll() {
    running.forEach(each -> each.node.close());
    running.clear();
  }

  private RunningNode onRedis(int port, RedisSettings settings) {
    return new RunningNode(
        Map.of(
            "broadcasty.replay.store",
            "redis",
            "broadcasty.redis.url",
            "redis://" + settings.user() + ":" + settings.password() + "@127.0.0.1:" + port,
            "broadcasty.redis.prefix",
            settings.prefix(),
            "broadcasty.nodes.cut-off-after",
            "0s"));
  }

  /** Asserts that the node has no further event for this time. */
  private static void assertNoMoreEvents(RunningNode node, Duration time) {
    List<String> before = node.events();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      assertEquals(before, node.events());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
