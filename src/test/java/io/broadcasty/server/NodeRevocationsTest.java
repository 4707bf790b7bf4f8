package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.revocation.RevocationOutcome;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Revoked;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that nodes which share a database refuse the same tokens. */
@Tag("stores")
class NodeRevocationsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final DatabaseSettings database = Postgres.newDatabase();
  private final List<Node> nodes = new ArrayList<>();
  private final Caller ann = WholeNode.member("ann");
  private final Caller ben = WholeNode.member("ben");

  private Node open() {
    Node node =
        WholeNode.open(
            WholeNode.on(database),
            dir.resolve("node" + nodes.size()),
            token -> new Authenticated(token.equals("ann") ? ann : ben));
    nodes.add(node);
    return node;
  }

  private static boolean isRefused(Node node, String token) {
    return node.context().authenticator().authenticate(token) instanceof Revoked;
  }

  private static RevocationOutcome.Revoked revoke(Node node, RevocationTarget target) {
    return assertInstanceOf(
        RevocationOutcome.Revoked.class,
        node.administrations().revocations().revoke(target, null, null));
  }

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  @Test
  void aRevokedTokenIsRefusedOnAllNodesAndAfterARestart() {
    Node one = open();
    Node two = open();
    MessageSession ofAnn = WholeNode.connection(two);
    assertTrue(ofAnn.open(ann));
    MessageSession ofBen = WholeNode.connection(two);
    assertTrue(ofBen.open(ben));
    RevocationTarget user = RevocationTarget.user(ann.tenant(), "ann");
    RevocationOutcome.Revoked revoked = revoke(one, user);
    assertTrue(
        revoked.revocation().expiresAtMillis()
            > System.currentTimeMillis() + Duration.ofDays(365).toMillis());
    await("the refusal", () -> isRefused(two, "ann"));
    await("the end of its stream", () -> two.sessions().size() == 1);
    assertFalse(isRefused(two, "ben"));
    assertTrue(isRefused(open(), "ann"), "before it serves anybody");

    revoke(one, RevocationTarget.token(ben.tenant(), ben.tokenId()));
    await("the refusal of a token", () -> isRefused(two, "ben"));
    await("the end of the other stream", () -> two.sessions().size() == 0);

    assertInstanceOf(
        RevocationOutcome.Lifted.class,
        one.administrations().revocations().lift(null, revoked.revocation().id()));
    await("the end of the revocation", () -> !isRefused(two, "ann"));
    assertTrue(isRefused(two, "ben"));
  }

  @Test
  void aSignInEndsOnAllNodesWithoutTheOtherOfItsUser() {
    Node one = open();
    Node two = open();
    MessageSession here = WholeNode.connection(two);
    assertTrue(here.open(signedIn("s1")));
    MessageSession elsewhere = WholeNode.connection(two);
    assertTrue(elsewhere.open(signedIn("s2")));
    revoke(one, RevocationTarget.signIn(ann.tenant(), "https://sso.example.com s1"));
    await("the end of its stream", () -> two.sessions().size() == 1);
    assertFalse(isRefused(two, "ann"), "a token of no sign-in");
    revoke(one, RevocationTarget.user(ann.tenant(), "ann"));
    await("the end of the other stream", () -> two.sessions().size() == 0);
  }

  private Caller signedIn(String session) {
    return new Caller(
        ann.tenant(),
        ann.subject(),
        ann.roles(),
        ann.issuedAt(),
        ann.expiresAt(),
        Map.of("iss", "https://sso.example.com", "sid", session),
        "token of " + session);
  }

  /** A stream may be admitted while its token is revoked, and be registered afterwards. */
  @Test
  void aStreamThatOpensDuringTheRevocationEnds() {
    Node node = open();
    revoke(node, RevocationTarget.tenant(ann.tenant()));
    await("the refusal", () -> isRefused(node, "ann"));
    MessageSession late = WholeNode.connection(node);
    assertTrue(late.open(ann), "it was authenticated before");
    await("the end of its stream", () -> node.sessions().size() == 0);
  }
}
