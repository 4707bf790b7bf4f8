package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.FreePorts;
import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.StoreCondition.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ClientKillParams;

/**
 * Tests a real Redis that fails while it is in use: publishers are refused at once, the log and the
 * condition name the setting once, and service resumes when it is over.
 */
@Tag("stores")
class RedisOutageTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final int MANY = 100;

  private final RedisServer server = RedisServer.start("--save", "3600 1000000");
  private final LogCapture log = new LogCapture(RedisAvailability.class);
  private final RedisNode node = new RedisNode(server.settings());

  /** Connected before the fault. */
  private final Jedis admin = new Jedis("127.0.0.1", server.port());

  @BeforeEach
  void begin() {
    admin.ping();
    appended(node.broker, named(ORDERS, 0, "before"));
  }

  @AfterEach
  void close() {
    log.close();
    node.close();
    admin.close();
    server.close();
  }

  private boolean isRefused(String id) {
    AppendOutcome outcome = publish(node.broker, List.of(named(ORDERS, 0, id))).get(0);
    if (outcome instanceof AppendOutcome.Unavailable unavailable) {
      assertTrue(unavailable.retryAfter().compareTo(Duration.ZERO) > 0);
    }
    return outcome instanceof AppendOutcome.Unavailable;
  }

  /** Follows a fault from its start to its end. */
  private void assertOutage(State state, String setting, Runnable repair) {
    node.await("the refusal", () -> isRefused("during"));
    long began = System.nanoTime();
    for (int i = 0; i < MANY; i++) {
      assertTrue(isRefused("during " + i));
    }
    assertTrue(System.nanoTime() - began < Duration.ofSeconds(2).toNanos(), "at once");
    StoreCondition condition = node.broker.condition();
    assertEquals(state, condition.state());
    assertTrue(condition.reason().contains(setting), condition::reason);
    if (state == State.READ_ONLY) {
      assertEquals(1, kept(node.broker, ORDERS, 0).size());
    } else {
      assertThrows(BrokerException.class, () -> node.broker.states(ORDERS, 1));
    }
    assertEquals(1, log.text().lines().filter(line -> line.contains(setting)).count(), log::text);
    repair.run();
    node.await("the end", () -> node.broker.condition().state() == State.UP);
    assertFalse(isRefused("after"));
    assertEquals(2, kept(node.broker, ORDERS, 0).size());
    assertEquals(2, log.text().lines().count(), log::text);
    assertTrue(log.text().contains("serves again"), log::text);
  }

  @Test
  void memoryIsFull() {
    admin.configSet("maxmemory", "100kb");
    assertOutage(State.READ_ONLY, "maxmemory", () -> admin.configSet("maxmemory", "0"));
  }

  @Test
  void wrongPassword() {
    admin.configSet("requirepass", "s3cret");
    admin.clientKill(new ClientKillParams().type(ClientType.NORMAL));
    assertOutage(State.DOWN, "broadcasty.redis.url", () -> admin.configSet("requirepass", ""));
    assertFalse(log.text().contains("s3cret"));
  }

  @Test
  void tooFewReplicas() {
    admin.configSet("min-replicas-to-write", "1");
    assertOutage(
        State.READ_ONLY,
        "min-replicas-to-write",
        () -> admin.configSet("min-replicas-to-write", "0"));
  }

  @Test
  void primaryBecomesAReplica() {
    admin.replicaof("127.0.0.1", FreePorts.next());
    assertOutage(State.DOWN, "broadcasty.redis.url", () -> admin.replicaofNoOne());
  }

  @Test
  void cannotSaveToDisk() throws IOException {
    Path inTheWay = server.folder().resolve("dump.rdb");
    Files.createDirectory(inTheWay);
    save("err");
    assertOutage(
        State.READ_ONLY,
        "stop-writes-on-bgsave-error",
        () -> {
          try {
            Files.delete(inTheWay);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          save("ok");
        });
  }

  private void save(String status) {
    node.await(
        "a snapshot that is " + status,
        () -> {
          try {
            admin.bgsave();
          } catch (JedisDataException e) {
            return false; // a save is in progress
          }
          return admin.info("persistence").contains("rdb_last_bgsave_status:" + status);
        });
  }
}
