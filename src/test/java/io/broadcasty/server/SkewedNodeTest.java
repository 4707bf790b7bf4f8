package io.broadcasty.server;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import io.broadcasty.streams.broker.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a whole node whose clock is wrong, beside one whose clock is right, on every store. */
@Tag("stores")
class SkewedNodeTest {

  private static final TenantChannel ORDERS = channel("orders");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final List<Node> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Node::close);
  }

  private Node node(Map<String, String> store, Duration skew) {
    Node node =
        WholeNode.open(
            store,
            dir.resolve("data" + opened.size()),
            new PrometheusMeters(),
            () -> WallClock.system().nowMillis() + skew.toMillis());
    opened.add(node);
    return node;
  }

  private static Map<String, String> database(DatabaseSettings settings) {
    return Map.of(
        "broadcasty.replay.store",
        "database",
        "broadcasty.db.url",
        settings.url(),
        "broadcasty.db.user",
        settings.user(),
        "broadcasty.db.password",
        String.valueOf(settings.password()));
  }

  private void doesNoHarm(Map<String, String> store, Duration skew) {
    Node right = node(store, Duration.ZERO);
    Node wrong = node(store, skew);
    assertNotNull(right.clock());
    assertFalse(right.clock().isTooWrong());
    assertNull(right.sessions().suspension());
    assertNotNull(wrong.clock());
    assertTrue(wrong.clock().isTooWrong());
    assertNotNull(wrong.sessions().suspension());
    assertTrue(Math.abs(skew.toMillis() - wrong.clock().skewMillis()) < 2000);

    Position first = appended(right.broker(), named(ORDERS, 0, "1")).position();
    assertEquals(first, appended(wrong.broker(), named(ORDERS, 0, "1")).position());
    appended(right.broker(), plain(ORDERS, 0, "2"));
    assertEquals(3, appended(wrong.broker(), plain(ORDERS, 0, "3")).position().sequence());
    assertEquals(first, appended(right.broker(), named(ORDERS, 0, "1")).position());
    assertEquals(first.epoch(), wrong.broker().states(ORDERS, 1).get(0).epoch());
    wrong.broker().prune();
    appended(wrong.broker(), plain(ORDERS, 0, "4"));
    assertEquals(List.of(1L, 2L, 3L, 4L), sequences(kept(wrong.broker(), ORDERS, 0)));
    assertEquals(List.of(1L, 2L, 3L, 4L), sequences(kept(right.broker(), ORDERS, 0)));
    long now = WallClock.system().nowMillis();
    kept(right.broker(), ORDERS, 0)
        .forEach(
            each -> assertTrue(Math.abs(now - each.timeMillis()) < 30_000, "stamped by the store"));
    assertTrue(right.nonces().tryUse(new TenantId("acme"), "ann", "n1"));
    assertTrue(wrong.nonces().tryUse(new TenantId("acme"), "ann", "n2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT70M", "PT25H", "-PT25H"})
  void onRedis(Duration skew) {
    RedisSettings settings = RedisServer.shared().restrictedSettings();
    doesNoHarm(
        Map.of(
            "broadcasty.replay.store",
            "redis",
            "broadcasty.redis.url",
            "redis://%s:%s@127.0.0.1:%d"
                .formatted(settings.user(), settings.password(), RedisServer.shared().port()),
            "broadcasty.redis.prefix",
            settings.prefix()),
        skew);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT70M", "PT25H", "-PT25H"})
  void onPostgres(Duration skew) {
    doesNoHarm(database(Postgres.newDatabase()), skew);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT70M", "PT25H", "-PT25H"})
  void onMariaDb(Duration skew) {
    doesNoHarm(database(MariaDb.newDatabase("mariadb")), skew);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT70M", "PT25H", "-PT25H"})
  void onMySqlsDialect(Duration skew) {
    doesNoHarm(database(MariaDb.newDatabase("mysql")), skew);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT70M", "PT25H", "-PT25H"})
  void onH2(Duration skew) {
    String url = "jdbc:h2:file:" + dir.resolve("shared") + ";AUTO_SERVER=TRUE";
    doesNoHarm(database(new DatabaseSettings(url, "sa", "secret", 4)), skew);
  }
}
