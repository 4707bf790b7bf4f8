package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.key.KeyOutcome;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            one.apiKeyAdministration().create(TestKeys.ACME, "a", TestKeys.ORDERS, 0));
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
        one.apiKeyAdministration().revoke(TestKeys.ACME, issued.key().id()));
    await("the refusal", () -> verdict(two, issued) instanceof Refused);
    await("the end of its stream", () -> two.sessions().size() == 0);
    assertFalse(two.policy().allows(caller, EU, Action.PUBLISH));
    assertInstanceOf(Refused.class, verdict(open(), issued));
  }
}
