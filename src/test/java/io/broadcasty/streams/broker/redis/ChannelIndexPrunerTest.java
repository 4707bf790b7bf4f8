package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Tests what the pruning of channel names costs, and that none is left behind. */
@Tag("stores")
class ChannelIndexPrunerTest {

  private static final int CHANNELS = 1200;
  private static final TenantId ACME = new TenantId("acme");
  private static final Duration IDLE = Duration.ofHours(24);

  private final ManualTime time = new ManualTime();
  private final RedisServer server = RedisServer.start("--save", "");
  private final Redis redis = Redis.open(server.settings());

  @SuppressWarnings("NullAway.Init")
  private RedisBroker broker;

  @BeforeEach
  void open() {
    broker =
        new RedisBroker(
            new RedisBrokerSettings(
                RetentionLookup.uniform(new Retention(Duration.ofHours(1), 100, 1 << 20)),
                Duration.ofMinutes(10),
                0),
            redis,
            time,
            () -> Long.toString(time.nowMillis()),
            new RecordingPublicationListener(),
            Thread::new,
            Runnable::run);
  }

  @AfterEach
  void close() {
    broker.close();
    redis.close();
    server.close();
  }

  @Test
  void aRoundLooksOnlyAtChannelsThatCouldBeForgotten() throws Exception {
    list(CHANNELS);
    appended(broker, plain(channel("c0"), 0, "1"));
    rounds(2 + CHANNELS / 500);
    time.advance(IDLE.minusHours(1));
    appended(broker, plain(channel("late"), 0, "1"));
    prune();
    try (Jedis jedis = jedis()) {
      jedis.configResetStat();
      prune();
      String stats = jedis.info("commandstats");
      assertTrue(!stats.contains("cmdstat_zscan"), stats);
      assertTrue(!stats.contains("cmdstat_hmget"), stats);
    }
    assertEquals(List.of("c0", "late"), names());
    time.advance(Duration.ofHours(2));
    prune();
    assertEquals(List.of("late"), names());
  }

  @Test
  void aChannelThatIsUsedStaysListed() throws Exception {
    for (int hour = 0; hour < 50; hour += 10) {
      appended(broker, plain(channel("used"), 0, "1"));
      time.advance(Duration.ofHours(10));
      prune();
    }
    assertEquals(List.of("used"), names());
    time.advance(IDLE);
    prune();
    assertEquals(List.of(), names());
  }

  /** An earlier version adds names without the time at which they are due. */
  @Test
  void namesThatAnEarlierVersionHasAddedArePruned() throws Exception {
    list(CHANNELS);
    appended(broker, plain(channel("used"), 0, "1"));
    rounds(2 + CHANNELS / 500);
    assertEquals(List.of("used"), names());
  }

  private void list(int channels) {
    redis.commands().sadd(ChannelKeys.tenants(redis), ACME.value());
    Map<String, Double> names = new HashMap<>();
    IntStream.range(0, channels).forEach(i -> names.put("old" + i, 0.0));
    redis.commands().zadd(ChannelKeys.index(redis, ACME), names);
  }

  private void rounds(int count) {
    for (int i = 0; i < count; i++) {
      prune();
    }
  }

  /** Prunes although a node has just done so. */
  private void prune() {
    redis.commands().del(redis.key("prune"));
    broker.prune();
  }

  private List<String> names() {
    return broker.channels(ACME, new ChannelPattern(""), 2 * CHANNELS).stream()
        .map(ChannelName::value)
        .toList();
  }

  private Jedis jedis() {
    return new Jedis("127.0.0.1", server.port());
  }
}
