package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StreamKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;

/** What Redis has of erased messages, and two nodes that erase messages of one stream. */
class StreamErasureTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final int COUNT = 600;

  private final RedisSettings settings = RedisServer.shared().settings();
  private final Redis redis = Redis.open(settings);
  private final RedisNode node = new RedisNode(settings);
  private final ChannelKeys keys = ChannelKeys.of(redis, ORDERS);
  private final String stream = keys.streams() + 0;
  private final String copy = new String(keys.copy(0), StandardCharsets.UTF_8);
  private final String copier = new String(keys.copier(0), StandardCharsets.UTF_8);

  @BeforeEach
  void publish() {
    for (int i = 1; i <= COUNT; i++) {
      appended(node.broker, plain(ORDERS, 0, "\"" + i + "x".repeat(1000) + "\""));
    }
  }

  @AfterEach
  void close() {
    node.close();
    redis.close();
  }

  private StreamKey key() {
    return new StreamKey(ORDERS, 0, node.broker.states(ORDERS, 1).get(0).epoch());
  }

  private static Set<Long> even() {
    return LongStream.rangeClosed(1, COUNT)
        .filter(sequence -> sequence % 2 == 0)
        .boxed()
        .collect(Collectors.toSet());
  }

  @Test
  void noMessageThatIsErasedIsLeftInTheMemoryOfRedis() {
    long before = redis.commands().memoryUsage(stream);
    long expiry = redis.commands().pttl(stream);
    assertEquals(COUNT / 2, node.broker.erase(key(), even()));
    long after = redis.commands().memoryUsage(stream);
    assertTrue(after < before * 0.6, before + " and then " + after + " bytes");
    long left = redis.commands().pttl(stream);
    assertTrue(left > 0 && left <= expiry, "expires as before: " + left);
    assertEquals(0, redis.commands().exists(copy, copier));
  }

  @Test
  void oneNodeAtATimeErasesMessagesOfAStream() {
    redis.commands().set(copier, "another");
    redis.commands().xadd(copy, new StreamEntryID(9_000_000, 0), Map.of("b", "x"));
    assertThrows(BrokerException.class, () -> node.broker.erase(key(), even()));
    assertEquals(9_000_000, redis.commands().xrevrange(copy, "+", "-").get(0).getID().getTime());
    redis.commands().del(copier); // as after a minute in which the other one did nothing
    assertEquals(COUNT / 2, node.broker.erase(key(), even()), "over what the other one left");
    assertEquals(COUNT, kept(node.broker, ORDERS, 0).size());
    assertEquals(COUNT + 1, appended(node.broker, plain(ORDERS, 0, "1")).position().sequence());
  }

  @Test
  void aStreamOfAnotherEpochIsLeftAlone() {
    assertEquals(0, node.broker.erase(new StreamKey(ORDERS, 0, "another"), even()));
    redis.commands().hset(new String(keys.hash(), StandardCharsets.UTF_8), "e", "lost");
    assertEquals("lost", key().epoch());
    assertEquals(COUNT / 2, node.broker.erase(key(), even()));
    assertEquals(0, redis.commands().exists(copy, copier));
  }
}
