package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.DisconnectOutcome;
import io.broadcasty.admin.DisconnectRequest;
import io.broadcasty.admin.explorer.ChannelDetails;
import io.broadcasty.admin.explorer.ChannelPage;
import io.broadcasty.admin.explorer.ChannelSearch;
import io.broadcasty.admin.explorer.ConnectionSearch;
import io.broadcasty.admin.explorer.NodePage;
import io.broadcasty.admin.explorer.NodeReport;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.wire.Since;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that one node shows what all nodes have that share its store. */
@Tag("stores")
class NodeExplorersTest {

  private static final TenantId ACME = new TenantId("acme");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final List<Node> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  private void open(Map<String, String> settings, int count) {
    for (int i = 0; i < count; i++) {
      nodes.add(WholeNode.open(settings, dir.resolve("node" + i)));
    }
  }

  private static MessageSession connect(Node node, String subject, String... targets) {
    Caller caller = WholeNode.member(subject);
    MessageSession session = WholeNode.connection(node);
    assertTrue(session.open(caller));
    for (String target : targets) {
      assertInstanceOf(
          SubscribeOutcome.Subscribed.class,
          session.subscriptions().subscribe(caller, target, new Since.Live()));
    }
    return session;
  }

  private static Map<String, String> redis() {
    RedisSettings settings = RedisServer.shared().settings();
    return Map.of(
        "broadcasty.replay.store",
        "redis",
        "broadcasty.redis.url",
        "redis://127.0.0.1:" + RedisServer.shared().port(),
        "broadcasty.redis.prefix",
        settings.prefix());
  }

  @Test
  void nodesOnOneRedisAnswerForAll() {
    open(redis(), 2);
    bothNodesAnswer();
  }

  @Test
  void nodesOnOneDatabaseAnswerForAll() {
    open(WholeNode.on(Postgres.newDatabase()), 2);
    bothNodesAnswer();
  }

  @Test
  void aNodeAloneAnswersForItself() {
    open(new HashMap<>(), 1);
    connect(nodes.get(0), "ann", "orders");
    ChannelPage page = channels(nodes.get(0));
    assertEquals(new ChannelName("orders"), page.channels().get(0).name());
    assertEquals(Set.of(), page.missing());
  }

  private void bothNodesAnswer() {
    Node one = nodes.get(0);
    Node two = nodes.get(1);
    connect(one, "ann", "orders", "news");
    MessageSession left = connect(two, "bob", "orders");
    connect(two, "cat", "orders");
    await(
        "the subscribers of both nodes",
        () -> List.of(1, 2).equals(subscribers(one)) && List.of(1, 2).equals(subscribers(two)));
    ChannelPage page = channels(one);
    assertEquals(
        List.of("news", "orders"),
        page.channels().stream().map(channel -> channel.name().value()).toList());
    assertEquals(Set.of(), page.missing());
    assertEquals(List.of("ann"), users(one, nodes.indexOf(one)));
    assertEquals(List.of("bob", "cat"), users(one, nodes.indexOf(two)));
    publishOnBoth(one, two);
    bothNodesAreListed(one, two);
    left.onTransportClosed();
    await("the departure", () -> List.of(1, 1).equals(subscribers(one)));
  }

  private static Caller caller(String role) {
    Instant now = Instant.now();
    return new Caller(
        ACME, "boss", Set.of(role), now, now.plusSeconds(600), Map.of(), "token of " + role);
  }

  private static void publishOnBoth(Node one, Node two) {
    PublishRequest request =
        new PublishRequest(new ChannelName("counted"), null, null, Message.of("1"));
    one.context()
        .publish()
        .publish(caller("publisher"), List.of(request))
        .toCompletableFuture()
        .join();
    two.context()
        .publish()
        .publish(caller("publisher"), List.of(request, request))
        .toCompletableFuture()
        .join();
    assertEquals(
        List.of(1L, 2L),
        one.explorers().nodes().nodes(ACME).reports().stream().map(NodeReport::published).toList());
    assertEquals(1, two.explorers().channels().count(ACME, 10));
  }

  private static void bothNodesAreListed(Node one, Node two) {
    NodePage page = two.explorers().nodes().nodes(ACME);
    assertEquals(Set.of(), page.missing());
    assertEquals(
        List.of(one.nodes().self(), two.nodes().self()),
        page.reports().stream().map(report -> report.info().name()).toList());
    assertEquals(
        List.of("1 2", "2 1"),
        page.reports().stream()
            .map(report -> report.connections() + " " + report.channels())
            .toList());
    for (Node each : List.of(one, two)) {
      DisconnectRequest whom = new DisconnectRequest("acme", "nobody", null, "disconnected");
      DisconnectOutcome.Accepted accepted =
          assertInstanceOf(
              DisconnectOutcome.Accepted.class,
              each.disconnect().disconnect(caller("admin"), whom, "192.0.2.7"));
      assertEquals(2, accepted.nodes());
    }
    NodeReport.Load load = page.reports().get(1).load();
    assertEquals(2, load.connections());
    assertEquals(1, load.channels());
    assertTrue(load.processors() > 0);
    NodePage others = one.explorers().nodes().nodes(new TenantId("other"));
    assertEquals(List.of(0, 0), others.reports().stream().map(NodeReport::connections).toList());
    NodeQuestions.Answers drivers = one.explorers().nodes().drivers();
    assertEquals(Set.of(one.nodes().self(), two.nodes().self()), drivers.byNode().keySet());
    assertTrue(
        String.valueOf(drivers.byNode().get(two.nodes().self())).startsWith("{\"driver\":"),
        drivers::toString);
  }

  /** Returns the users that a node sees on another, by the order of their connections. */
  private List<String> users(Node node, int other) {
    return node
        .explorers()
        .connections()
        .find(
            new ConnectionSearch(
                ACME, null, TransportType.WEBSOCKET, nodes.get(other).nodes().self(), null, 10))
        .rows()
        .stream()
        .map(row -> row.connection().user())
        .toList();
  }

  private static ChannelPage channels(Node node) {
    return node.explorers().channels().find(new ChannelSearch(ACME, "", null, true, null, 10));
  }

  /** Returns the subscribers of a channel by node, in order of their number. */
  private static List<Integer> subscribers(Node node) {
    ChannelDetails details =
        node.explorers().channels().details(new TenantChannel(ACME, new ChannelName("orders")));
    return details.subscribers().values().stream()
        .flatMapToInt(IntStream::of)
        .sorted()
        .boxed()
        .toList();
  }
}
