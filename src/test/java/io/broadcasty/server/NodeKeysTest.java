package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.key.KeyChange;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.key.KeyRotation;
import io.broadcasty.admin.key.KeyScope;
import io.broadcasty.admin.key.TestKeys;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that nodes which share a database know the same API keys. */
@Tag("stores")
class NodeKeysTest {

  private static final ChannelName EU = new ChannelName("orders.eu");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final DatabaseSettings database = Postgres.newDatabase();
  private final List<Node> nodes = new ArrayList<>();

  private Node open() {
    Map<String, String> settings = new HashMap<>(WholeNode.on(database));
    settings.put("broadcasty.master-key", Base64.getEncoder().encodeToString(new byte[32]));
    Node node =
        WholeNode.open(
            settings,
            dir.resolve("node" + nodes.size()),
            token -> new Refused("no token here", false));
    nodes.add(node);
    return node;
  }

  /** Returns null while a changed key is being read for long. */
  private static Authenticator.@Nullable Verdict verdict(Node node, KeyOutcome.Issued issued) {
    try {
      return node.context().authenticator().authenticate(issued.secret().token());
    } catch (AuthenticationUnavailableException e) {
      return null;
    }
  }

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  @Test
  void aKeyIsValidAndRevokedOnAllNodesAndAfterARestart() {
    Node one = open();
    Node two = open();
    KeyOutcome.Issued issued =
        assertInstanceOf(
            KeyOutcome.Issued.class,
            one.administrations().keys().create(TestKeys.ACME, "a", TestKeys.ORDERS, 0, key -> {}));
    await("the key on the other node", () -> verdict(two, issued) instanceof Authenticated);
    Caller caller = assertInstanceOf(Authenticated.class, verdict(two, issued)).caller();
    assertTrue(two.policy().allows(caller, EU, Action.PUBLISH));
    assertFalse(two.policy().allows(caller, EU, Action.SUBSCRIBE));
    MessageSession session = WholeNode.connection(two);
    assertTrue(session.open(caller));
    assertEquals(1, two.sessions().size());

    Node third = open();
    assertInstanceOf(Authenticated.class, verdict(third, issued), "before it serves anybody");
    assertInstanceOf(
        KeyOutcome.Revoked.class,
        one.administrations().keys().revoke(TestKeys.ACME, issued.key().id(), key -> {}));
    await("the refusal", () -> verdict(two, issued) instanceof Refused);
    await("the end of its stream", () -> two.sessions().size() == 0);
    assertFalse(two.policy().allows(caller, EU, Action.PUBLISH));
    assertInstanceOf(Refused.class, verdict(open(), issued));
  }

  private static MessageSession open(Node node, KeyOutcome.Issued issued, String command) {
    MessageSession session = WholeNode.connection(node);
    assertTrue(session.open(assertInstanceOf(Authenticated.class, verdict(node, issued)).caller()));
    session.onText(command);
    return session;
  }

  /** What a key may not do any more ends on the other nodes too; its other streams go on. */
  @Test
  void aNarrowedKeyLosesOnlyTheStreamsThatItDoesNotAllow() {
    Node one = open();
    Node two = open();
    KeyScope orders = new KeyScope("orders.*", Set.of(Action.SUBSCRIBE));
    KeyScope room = new KeyScope("presence-room", Set.of(Action.SUBSCRIBE, Action.PRESENCE));
    KeyScope readRoom = new KeyScope("presence-room", Set.of(Action.SUBSCRIBE));
    KeyOutcome.Issued issued =
        assertInstanceOf(
            KeyOutcome.Issued.class,
            one.administrations()
                .keys()
                .create(TestKeys.ACME, "a", List.of(orders, room), 0, key -> {}));
    await("the key on the other node", () -> verdict(two, issued) instanceof Authenticated);
    MessageSession subscribed =
        open(two, issued, "{\"command\":\"subscribe\",\"channel\":\"orders.*\",\"id\":1}");
    MessageSession present =
        open(two, issued, "{\"command\":\"join\",\"channel\":\"presence-room\",\"id\":1}");
    MessageSession reading =
        open(two, issued, "{\"command\":\"subscribe\",\"channel\":\"presence-room\",\"id\":1}");
    assertEquals(List.of("orders.*"), subscribed.subscriptions().targets());

    update(one, issued, new KeyChange(null, List.of(orders, readRoom), null));
    await("the end of its presence", present::hasEnded);
    assertFalse(subscribed.hasEnded());
    assertFalse(reading.hasEnded());
    update(one, issued, new KeyChange(null, List.of(readRoom), null));
    await("the end of its subscription", subscribed::hasEnded);
    assertFalse(reading.hasEnded());
    KeyOutcome.Issued rotated =
        assertInstanceOf(
            KeyOutcome.Issued.class,
            one.administrations()
                .keys()
                .rotate(
                    TestKeys.ACME,
                    issued.key().id(),
                    new KeyRotation(Duration.ofSeconds(1), false),
                    key -> {}));
    await("the new secret", () -> verdict(two, rotated) instanceof Authenticated);
    MessageSession later =
        open(two, rotated, "{\"command\":\"subscribe\",\"channel\":\"presence-room\",\"id\":1}");
    await("the end of the former secret", reading::hasEnded);
    assertFalse(later.hasEnded());
    update(one, issued, new KeyChange(null, null, System.currentTimeMillis() + 1000));
    await("the end of the key", later::hasEnded);
  }

  private static void update(Node node, KeyOutcome.Issued issued, KeyChange change) {
    assertInstanceOf(
        KeyOutcome.Updated.class,
        node.administrations().keys().update(TestKeys.ACME, issued.key().id(), change, key -> {}));
  }
}
