package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.policy.PolicyOutcome;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.admin.policy.TestPolicies;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.FakeStreamRequest;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.streams.broker.TestPublications;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.Since;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that nodes which share a database decide by the same policies. */
@Tag("stores")
class NodePoliciesTest {

  private static final ChannelName OPEN = new ChannelName("private-open");
  private static final ChannelName HR = new ChannelName("private-hr.a");
  private static final Caller ANN = WholeNode.member("ann");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final DatabaseSettings database = Postgres.newDatabase();
  private final List<Node> nodes = new ArrayList<>();

  private Node open() {
    Node node = WholeNode.open(WholeNode.on(database), dir.resolve("node" + nodes.size()));
    nodes.add(node);
    return node;
  }

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  private static boolean allows(Node node) {
    return node.policy().allows(ANN, HR, Action.SUBSCRIBE);
  }

  private static EventSession stream(Node node, String... channels) throws ProblemException {
    EventSession session =
        new SseProtocol()
            .accept(FakeStreamRequest.channels(channels))
            .open(node.context(), new TestNode.FakeTransport(), ANN, () -> {});
    assertInstanceOf(EventSession.Opening.Begun.class, session.subscribe());
    return session;
  }

  private static MessageSession connection(Node node, String... targets) {
    MessageSession session = WholeNode.connection(node);
    assertTrue(session.open(ANN));
    for (String target : targets) {
      assertInstanceOf(
          SubscribeOutcome.Subscribed.class,
          session.subscriptions().subscribe(ANN, target, new Since.Live()));
    }
    return session;
  }

  @Test
  void aChangeNarrowsTheStreamsOfAllNodes() throws ProblemException {
    Node one = open();
    Node two = open();
    MessageSession named = connection(two, "private-open", "private-hr.a");
    MessageSession matched = connection(two, "private-*");
    EventSession ended = stream(two, "private-open", "private-hr.a");
    EventSession kept = stream(two, "private-open");
    assertTrue(allows(two));

    StoredPolicy policy =
        assertInstanceOf(
                PolicyOutcome.Stored.class,
                one.administrations()
                    .policies()
                    .create(
                        TestPolicies.ACME,
                        PolicyPattern.parse("private-hr.*"),
                        List.of(TestPolicies.rule(ChannelOperation.SUBSCRIBE, "hr")),
                        ChannelSettings.NONE))
            .policy();
    await("the policy on the other node", () -> !allows(two));
    await("the end of a subscription", () -> !named.subscriptions().isDelivered(HR));
    await("the end of a stream", ended::hasEnded);
    assertTrue(named.subscriptions().isDelivered(OPEN));
    assertFalse(named.hasEnded());
    assertFalse(kept.hasEnded());
    assertEquals(List.of("private-*"), matched.subscriptions().targets());
    assertFalse(matched.subscriptions().isDelivered(HR));
    assertFalse(allows(open()), "before it serves anybody");

    assertInstanceOf(
        PolicyOutcome.Stored.class,
        two.administrations()
            .policies()
            .change(
                TestPolicies.ACME,
                policy.id(),
                policy.revision(),
                List.of(TestPolicies.rule(ChannelOperation.SUBSCRIBE, "member")),
                null));
    await("the change", () -> nodes.stream().allMatch(NodePoliciesTest::allows));
  }

  @Test
  void theSettingsOfChannelsApplyOnAllNodesAtOnce() {
    Node one = open();
    Node two = open();
    TenantChannel prices = new TenantChannel(TestPolicies.ACME, new ChannelName("prices.eu"));
    ChannelSettings settings =
        new ChannelSettings(new RetentionLimits(null, 2L, null), true, 3, true, false, false);
    StoredPolicy policy =
        assertInstanceOf(
                PolicyOutcome.Stored.class,
                one.administrations()
                    .policies()
                    .create(
                        TestPolicies.ACME,
                        PolicyPattern.parse("prices.*"),
                        List.of(TestPolicies.rule(ChannelOperation.SUBSCRIBE, "member")),
                        settings))
            .policy();
    await("the settings on the other node", () -> two.policy().settings(prices).compaction());
    assertEquals(settings, two.policy().settings(prices));
    assertEquals(3, two.policy().partitions(ANN, prices.name()));
    TestPublications.fill(two.broker(), prices, 0, 5);
    assertEquals(2, TestPublications.kept(one.broker(), prices, 0).size());

    assertInstanceOf(
        PolicyOutcome.Stored.class,
        two.administrations()
            .policies()
            .change(TestPolicies.ACME, policy.id(), null, null, ChannelSettings.NONE));
    await("their end", () -> one.policy().settings(prices).isNone());
    assertTrue(one.policy().allows(ANN, prices.name(), Action.SUBSCRIBE), "the rules stay");
  }
}
