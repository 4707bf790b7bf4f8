package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** A node's broker, and the publications that its listener receives. */
final class RedisNode implements AutoCloseable {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Retention PLENTY = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  final RedisSettings settings;
  final ManualTime time = new ManualTime();
  final RecordingPublicationListener received = new RecordingPublicationListener();
  final Queue<TenantChannel> gaps = new ConcurrentLinkedQueue<>();
  final Queue<TenantChannel> channels = new ConcurrentLinkedQueue<>();
  final RedisBroker broker;
  private final Redis redis;

  RedisNode(RedisSettings settings) {
    this(settings, 0);
  }

  RedisNode(RedisSettings settings, int replicas) {
    this.settings = settings;
    this.redis = Redis.open(settings);
    this.broker =
        new RedisBroker(
            new RedisBrokerSettings(PLENTY, Duration.ofMinutes(10), replicas),
            redis,
            time,
            new PublicationListener() {
              @Override
              public void onPublication(Publication publication) {
                received.onPublication(publication);
              }

              @Override
              public void onEphemeral(Envelope envelope, long timeMillis) {
                received.onEphemeral(envelope, timeMillis);
              }

              @Override
              public void onGap(TenantChannel channel) {
                gaps.add(channel);
              }

              @Override
              public void onChannel(TenantChannel channel) {
                channels.add(channel);
              }
            },
            Thread::new,
            Runnable::run);
  }

  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not in time: " + what + "; heard " + received.all().size() + ", gaps " + gaps);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Returns whether Redis has a subscriber of the channel's announcements. */
  boolean hasSubscriber(TenantChannel channel) {
    String name = ChannelKeys.of(redis, channel).announcements();
    try (Jedis jedis = jedis()) {
      return jedis.pubsubNumSub(name).getOrDefault(name, 0L) > 0;
    }
  }

  /** Breaks the pub/sub connections of all nodes, and runs the work before they are back. */
  void whileDisconnected(Runnable work) {
    try (Jedis jedis = jedis()) {
      jedis.clientKill(new ClientKillParams().type(ClientType.PUBSUB));
    }
    work.run();
  }

  /** Appends a publication like a node, but without an announcement. */
  void appendUnannounced(TenantChannel channel) {
    Envelope envelope = new Envelope(channel, 0, "x", false, Message.of("1"));
    append(channel, "nobody", EnvelopeFormat.write(envelope));
  }

  /** Appends an encoded entry like a node that writes this format. */
  void append(TenantChannel channel, byte[] entry) {
    append(channel, ChannelKeys.of(redis, channel).announcements(), entry);
  }

  private void append(TenantChannel channel, String announcements, byte[] entry) {
    ChannelKeys keys = ChannelKeys.of(redis, channel);
    ScriptArguments head =
        new ScriptArguments(RetentionLookup.uniform(PLENTY), ScriptClock.ofRedis());
    List<byte[]> arguments = head.arguments(channel, List.of(0));
    for (String each : List.of("600000", announcements, "PUBLISH", "0", "0", "200")) {
      arguments.add(each.getBytes(StandardCharsets.UTF_8));
    }
    arguments.add(entry);
    Script.load(RedisBroker.class, "stream.lua", "append.lua")
        .run(redis.commands(), keys.scripts(List.of(0)), arguments);
  }

  /** Deletes the last publications of partition 0 in Redis. */
  void loseTail(TenantChannel channel, int count) {
    List<byte[]> keys = ChannelKeys.of(redis, channel).scripts(List.of(0));
    String script =
        """
        local p = redis.call('HGET', KEYS[1], 'p0')
        local head = tonumber(string.match(p, '^%d+'))
        local kept = redis.call('XRANGE', KEYS[3], '-', string.format('%.0f-0', head - ARGV[1]))
        redis.call('DEL', KEYS[3])
        for _, entry in ipairs(kept) do
          redis.call('XADD', KEYS[3], entry[1], unpack(entry[2]))
        end
        redis.call('HSET', KEYS[1], 'p0', string.format('%.0f', head - ARGV[1]) .. string.match(p, ' .*'))
        """;
    redis
        .commands()
        .eval(
            script.getBytes(StandardCharsets.UTF_8),
            keys,
            List.of(Integer.toString(count).getBytes(StandardCharsets.UTF_8)));
  }

  private Jedis jedis() {
    return new Jedis(settings.hosts().get(0));
  }

  @Override
  public void close() {
    broker.close();
    redis.close();
  }
}
