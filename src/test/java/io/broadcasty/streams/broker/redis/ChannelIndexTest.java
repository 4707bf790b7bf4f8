package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests which names the index has after Redis was away. */
@Tag("stores")
class ChannelIndexTest {

  private static final int MANY = 10_000;
  private static final TenantChannel ORDERS = channel("orders");

  private final RedisServer server = RedisServer.start("--save", "");
  private final Redis redis = Redis.open(server.settings());
  private final PubSub pubSub =
      new PubSub(
          redis,
          new PubSub.Listener() {
            @Override
            public void onMessage(String channel, byte[] message) {}

            @Override
            public void onSubscribed(String channel) {}

            @Override
            public void onBroken(Collection<String> channels) {}
          },
          Thread::new);
  private final ChannelIndex index = new ChannelIndex(redis, new KeyCommands(redis), pubSub);

  @AfterEach
  void close() {
    pubSub.close();
    redis.close();
    server.close();
  }

  @Test
  void addsOnlySomeNamesAtATime() {
    int atOnce = ChannelIndex.MAX_ADDED_AT_ONCE;
    server.kill();
    createMany(2 * atOnce + 1);
    restartEmpty();
    index.addUnlisted();
    assertEquals(atOnce, names().size());
    index.addUnlisted();
    index.addUnlisted();
    assertEquals(2 * atOnce + 1, names().size());
  }

  @Test
  void aNameBeyondThoseThatCanWaitIsAddedWithTheNextPublication() {
    index.add(ORDERS);
    server.kill();
    index.onFirstPublication(ORDERS);
    createMany(MANY);
    restartEmpty();
    index.add(ORDERS);
    assertEquals(List.of(ORDERS.name()), names());
  }

  private void createMany(int channels) {
    for (int i = 0; i < channels; i++) {
      index.onFirstPublication(channel("c" + i));
    }
  }

  private void restartEmpty() {
    server.restart();
    redis.dropIdleConnections();
    redis.primaries().forEach(redis.availability()::recordSuccess);
  }

  private List<ChannelName> names() {
    return index.names(ORDERS.tenant(), new ChannelPattern(""), MANY);
  }
}
