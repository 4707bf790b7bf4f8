package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.TcpProxy.Direction;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StoreCondition.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests Redis behind a proxy that swallows: publishers are refused within 5 s, the condition says
 * so, and service resumes by itself, also for subscribers.
 */
@Tag("stores")
class RedisSilenceTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final Duration ANSWERED = Duration.ofSeconds(5);
  private static final int POOL = 4;

  private final TcpProxy proxy = new TcpProxy(RedisServer.shared().port());
  private final RedisNode node =
      new RedisNode(
          RedisSettings.parse(
              "redis://127.0.0.1:" + proxy.port(), RedisServer.shared().settings().prefix(), POOL));

  @BeforeEach
  void follow() throws Exception {
    node.broker.follow(ORDERS).toCompletableFuture().get(10, TimeUnit.SECONDS);
    appended(node.broker, named(ORDERS, 0, "before"));
    node.await("the announcement", () -> node.received.all().size() == 1);
  }

  @AfterEach
  void close() {
    proxy.close();
    node.close();
  }

  private CompletableFuture<List<AppendOutcome>> publish(String id) {
    return node.broker.publish(List.of(named(ORDERS, 0, id))).toCompletableFuture();
  }

  private static AppendOutcome answer(CompletableFuture<List<AppendOutcome>> publishing) {
    try {
      return publishing.get(ANSWERED.toMillis(), TimeUnit.MILLISECONDS).get(0);
    } catch (Exception e) {
      throw new AssertionError("no answer in time", e);
    }
  }

  private void assertHeals() {
    node.await("healed", () -> answer(publish("again")) instanceof AppendOutcome.Appended);
    assertEquals(State.UP, node.broker.condition().state());
    assertTrue(appended(node.broker, named(ORDERS, 0, "again")).duplicate());
    // the hub reads again what it is told to have missed
    node.await(
        "all, or a gap",
        () ->
            node.received.all().equals(kept(node.broker, ORDERS, 0)) || node.gaps.contains(ORDERS));
  }

  @Test
  void openConnectionsAreSwallowed() {
    proxy.swallowOpen();
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("lost")));
    assertHeals();
  }

  /** All connections of the pool are in use by callers that wait, and more callers come. */
  @Test
  void openConnectionsAreSwallowedWhileManyRead() throws Exception {
    proxy.swallowOpen();
    List<CompletableFuture<Void>> reading = new ArrayList<>();
    for (int i = 0; i < 4 * POOL; i++) {
      CompletableFuture<Void> read = new CompletableFuture<>();
      reading.add(read);
      Thread reader =
          new Thread(
              () -> {
                try {
                  node.broker.states(ORDERS, 1);
                } catch (BrokerException e) {
                  // refused
                }
                read.complete(null);
              });
      reader.start();
    }
    assertInstanceOf(AppendOutcome.class, answer(publish("perhaps")));
    for (CompletableFuture<Void> read : reading) {
      read.get(ANSWERED.toMillis(), TimeUnit.MILLISECONDS);
    }
    assertHeals();
  }

  @Test
  void everythingIsSwallowedAlsoNewConnections() {
    proxy.swallowAll(Direction.values());
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("lost")));
    assertEquals(State.DOWN, node.broker.condition().state());
    long start = System.nanoTime();
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("at once")));
    assertThrows(BrokerException.class, () -> node.broker.states(ORDERS, 1));
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(1).toNanos());
    proxy.restore();
    assertHeals();
  }

  /** Redis runs the script, and announces what the publisher is told nothing about. */
  @Test
  void answersAreSwallowed() {
    proxy.lines().forEach(line -> line.swallow(Direction.TO_CLIENT));
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("done")));
    assertHeals();
    assertTrue(appended(node.broker, named(ORDERS, 0, "done")).duplicate());
  }

  @Test
  void eachAnswerIsSlow() {
    proxy.delayAll(Duration.ofSeconds(3), Direction.TO_CLIENT);
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("slow")));
    proxy.restore();
    assertHeals();
  }
}
