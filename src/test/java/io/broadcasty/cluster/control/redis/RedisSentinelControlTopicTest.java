package io.broadcasty.cluster.control.redis;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ReceivedMessages;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSentinel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests nodes on a Redis that is monitored by Sentinels. */
class RedisSentinelControlTopicTest {

  private static final long TIMEOUT_NANOS = Duration.ofSeconds(40).toNanos();

  /** The replica that takes over lacks the last messages, and assigns their numbers to others. */
  @Test
  void aFailoverThatLosesTheTailHidesNoLaterMessage() {
    try (RedisSentinel sentinel = RedisSentinel.start();
        Redis ofA = Redis.open(sentinel.settings());
        Redis ofB = Redis.open(ofA.settings());
        ControlTopic a =
            new RedisControlTopic(
                ofA, ControlRetention.DEFAULT, new BackgroundLoops(Ticker.system()));
        ControlTopic b =
            new RedisControlTopic(
                ofB, ControlRetention.DEFAULT, new BackgroundLoops(Ticker.system()))) {
      ReceivedMessages receivedByA = new ReceivedMessages();
      a.addListener(receivedByA);
      ReceivedMessages receivedByB = new ReceivedMessages();
      b.addListener(receivedByB);
      a.publish(named("kept"));
      a.publish(named("seen"));
      assertEquals(List.of("kept"), receivedByB.until("seen"));
      sentinel.stopReplication();
      a.publish(named("lost 1"));
      a.publish(named("lost 2"));
      a.publish(named("lost, but received"));
      assertEquals(List.of("lost 1", "lost 2"), receivedByB.until("lost, but received"));
      receivedByA.until("lost, but received");
      sentinel.killPrimary();
      long deadline = System.nanoTime() + TIMEOUT_NANOS;
      publish(b, "after", deadline);
      publish(b, "end", deadline);
      assertEquals(List.of("after"), receivedByB.until("end"));
      assertEquals(List.of("after"), receivedByA.until("end"));
      receivedByA.awaitMissed();
    }
  }

  private static void publish(ControlTopic topic, String name, long deadline) {
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
