package io.broadcasty.control.redis;

import static io.broadcasty.control.HeardMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.background.BackgroundLoops;
import io.broadcasty.control.ControlException;
import io.broadcasty.control.ControlRetention;
import io.broadcasty.control.ControlTopic;
import io.broadcasty.control.HeardMessages;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisSentinel;
import io.broadcasty.time.Ticker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests nodes on a Redis that is monitored by Sentinels. */
class RedisSentinelControlTopicTest {

  private static final long PATIENCE_NANOS = Duration.ofSeconds(40).toNanos();

  /** The replica that takes over lacks the last messages, and assigns their numbers to others. */
  @Test
  void aFailoverThatLosesTheEndHidesNothingThatIsPublishedAfterwards() {
    try (RedisSentinel sentinel = RedisSentinel.start();
        Redis ofA = Redis.open(sentinel.settings());
        Redis ofB = Redis.open(ofA.settings());
        ControlTopic a =
            new RedisControlTopic(
                ofA, ControlRetention.USUAL, new BackgroundLoops(Ticker.system()));
        ControlTopic b =
            new RedisControlTopic(
                ofB, ControlRetention.USUAL, new BackgroundLoops(Ticker.system()))) {
      HeardMessages heardByA = new HeardMessages();
      a.listen(heardByA);
      HeardMessages heardByB = new HeardMessages();
      b.listen(heardByB);
      a.publish(named("kept"));
      a.publish(named("seen"));
      assertEquals(List.of("kept"), heardByB.until("seen"));
      sentinel.partReplica();
      a.publish(named("lost 1"));
      a.publish(named("lost 2"));
      a.publish(named("lost, but received"));
      assertEquals(List.of("lost 1", "lost 2"), heardByB.until("lost, but received"));
      heardByA.until("lost, but received");
      sentinel.killPrimary();
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      publish(b, "after", deadline);
      publish(b, "end", deadline);
      assertEquals(List.of("after"), heardByB.until("end"));
      assertEquals(List.of("after"), heardByA.until("end"));
      heardByA.awaitMissed();
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
