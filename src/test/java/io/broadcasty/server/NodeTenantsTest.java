package io.broadcasty.server;

import static io.broadcasty.server.WholeNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.tenant.TenantChange;
import io.broadcasty.admin.tenant.TenantOutcome;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.TenantRefused;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.delivery.session.MessageSession;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that nodes which share a database apply what is stored of a tenant. */
@Tag("stores")
class NodeTenantsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId BETA = new TenantId("beta");
  private static final TenantChange NOTHING = new TenantChange(null, null, Map.of());

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final DatabaseSettings database = Postgres.newDatabase();
  private final List<Node> nodes = new ArrayList<>();

  private Node open(String unknown) {
    Map<String, String> settings = new HashMap<>(WholeNode.on(database));
    settings.put("broadcasty.operator.tenant", "operations");
    settings.put("broadcasty.tenants.unknown", unknown);
    Node node =
        WholeNode.open(settings, dir.resolve("node" + nodes.size()), NodeTenantsTest::authenticate);
    nodes.add(node);
    return node;
  }

  /** Accepts every tenant's name as the token of one of its users. */
  private static Authenticator.Verdict authenticate(String token) {
    return new Authenticated(caller(new TenantId(token)));
  }

  private static Caller caller(TenantId tenant) {
    Instant now = Instant.now();
    return new Caller(
        tenant, "ann", Set.of("member"), now, now.plusSeconds(600), Map.of(), tenant.value());
  }

  private static void connect(Node node, TenantId tenant) {
    MessageSession session = WholeNode.connection(node);
    assertTrue(session.open(caller(tenant)));
  }

  private static @Nullable Class<?> verdict(Node node, TenantId tenant) {
    return node.context().authenticator().authenticate(tenant.value()).getClass();
  }

  private static TenantSettings settings(Node node, TenantId tenant) {
    return node.context().tenants().of(tenant);
  }

  private static void stored(TenantOutcome outcome) {
    assertInstanceOf(TenantOutcome.Stored.class, outcome, outcome::toString);
  }

  @AfterEach
  void close() {
    nodes.forEach(Node::close);
  }

  @Test
  void aSuspendedTenantIsRefusedOnAllNodesAndAfterARestart() {
    Node one = open("accept");
    Node two = open("accept");
    connect(one, ACME);
    connect(two, ACME);
    connect(two, BETA);
    stored(
        one.administrations()
            .tenants()
            .create(ACME, new TenantChange("Acme", null, Map.of("limits.batch", "7"))));
    await("the limit", () -> settings(two, ACME).publish().maxBatch() == 7);
    assertEquals(2, two.sessions().size());

    TenantChange suspend = new TenantChange(null, TenantState.SUSPENDED, Map.of());
    stored(one.administrations().tenants().change(ACME, suspend));
    await(
        "the end of the tenant's streams",
        () -> one.sessions().size() == 0 && two.sessions().size() == 1);
    assertEquals(TenantRefused.class, verdict(one, ACME));
    assertEquals(TenantRefused.class, verdict(two, ACME));
    assertEquals(Authenticated.class, verdict(two, BETA));
    Node later = open("accept");
    assertEquals(TenantRefused.class, verdict(later, ACME), "before it serves anybody");
    assertEquals(7, settings(later, ACME).publish().maxBatch());

    TenantChange resume = new TenantChange(null, TenantState.ACTIVE, Map.of());
    stored(later.administrations().tenants().change(ACME, resume));
    await("the resumption", () -> verdict(two, ACME) == Authenticated.class);
    assertInstanceOf(
        TenantOutcome.Deleted.class, two.administrations().tenants().delete(ACME, () -> true));
    await("the configuration", () -> settings(one, ACME).publish().maxBatch() == 100);
  }

  @Test
  void unknownTenantsAreRefusedUntilTheyAreCreated() {
    Node one = open("refuse");
    Node two = open("refuse");
    assertEquals(TenantRefused.class, verdict(two, ACME));
    assertEquals(Authenticated.class, verdict(two, new TenantId("operations")));
    stored(one.administrations().tenants().create(ACME, NOTHING));
    await("the tenant", () -> verdict(two, ACME) == Authenticated.class);
    connect(two, ACME);
    assertInstanceOf(
        TenantOutcome.Deleted.class, one.administrations().tenants().delete(ACME, () -> true));
    await("the end of its streams", () -> two.sessions().size() == 0);
    assertEquals(TenantRefused.class, verdict(two, ACME));
  }

  @Test
  void aTenantIsCreatedAtItsFirstTokenOnAnyNode() {
    Node one = open("create");
    Node two = open("create");
    assertEquals(Authenticated.class, verdict(one, ACME));
    assertEquals(Authenticated.class, verdict(two, ACME));
    await("the tenant", () -> isListed(two, ACME));
    stored(
        two.administrations()
            .tenants()
            .change(ACME, new TenantChange(null, TenantState.SUSPENDED, Map.of())));
    await("its suspension", () -> verdict(one, ACME) == TenantRefused.class);
    assertInstanceOf(
        TenantOutcome.Deleted.class, one.administrations().tenants().delete(ACME, () -> true));
    await("its return", () -> verdict(two, ACME) == Authenticated.class && isListed(one, ACME));
  }

  private static boolean isListed(Node node, TenantId tenant) {
    return node.administrations().tenants().find(tenant) instanceof TenantOutcome.Stored;
  }

  /** A caller that was admitted just before the tenant was suspended is found by the next check. */
  @Test
  void aStreamThatOpensDuringTheSuspensionEnds() {
    Node one = open("accept");
    stored(
        one.administrations()
            .tenants()
            .create(ACME, new TenantChange(null, TenantState.SUSPENDED, Map.of())));
    await("the suspension", () -> verdict(one, ACME) == TenantRefused.class);
    connect(one, ACME);
    await("its end", () -> one.sessions().size() == 0);
  }
}
