package io.broadcasty.cluster.control.redis;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ControlTopicContract;
import io.broadcasty.cluster.control.ReceivedMessages;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.RedisSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests nodes on a Redis Cluster. */
class RedisClusterControlTopicTest extends ControlTopicContract {

  private static final int PRIMARIES = 3;
  private static final long TIMEOUT_NANOS = Duration.ofSeconds(30).toNanos();

  @SuppressWarnings("NullAway.Init")
  private static RedisCluster cluster;

  private final RedisSettings settings = cluster.settings();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start(false);
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Override
  protected ControlTopic open() {
    Redis redis = Redis.open(settings);
    open.push(redis);
    ControlTopic topic =
        new RedisControlTopic(
            redis, ControlRetention.DEFAULT, new BackgroundLoops(Ticker.system()));
    open.push(topic);
    return topic;
  }

  @Test
  void nodesReceiveEachOthersMessages() {
    Node a = node();
    Node b = node();
    a.publishNamed("one");
    b.publishNamed("two");
    a.publishNamed("end");
    assertEquals(List.of("one", "two"), a.received().until("end"));
    assertEquals(List.of("one", "two"), b.received().until("end"));
  }

  @Test
  void survivesTheDeathOfTheServerWithTheLog() throws Exception {
    try (RedisCluster mortal = RedisCluster.start(true);
        Redis ofA = Redis.open(mortal.settings());
        Redis ofB = Redis.open(ofA.settings());
        ControlTopic a =
            new RedisControlTopic(
                ofA, ControlRetention.DEFAULT, new BackgroundLoops(Ticker.system()));
        ControlTopic b =
            new RedisControlTopic(
                ofB, ControlRetention.DEFAULT, new BackgroundLoops(Ticker.system()))) {
      ReceivedMessages received = new ReceivedMessages();
      b.addListener(received);
      a.publish(named("before"));
      a.publish(named("seen"));
      assertEquals(List.of("before"), received.until("seen"));
      int owner = ofA.serverOf(ofA.key("{control}:log").getBytes(UTF_8)).getPort();
      for (int i = 0; i < PRIMARIES; i++) {
        if (mortal.primary(i).port() == owner) {
          mortal.primary(i).kill();
        }
      }
      publishWithRetries(a, "after");
      publishWithRetries(b, "end");
      assertEquals(List.of("after"), received.until("end"));
    }
  }

  private static void publishWithRetries(ControlTopic topic, String name) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (true) {
      try {
        topic.publish(named(name));
        return;
      } catch (ControlException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }
}
