package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.RedisFault;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * The broker on Redis, shared by all nodes that use the same Redis and prefix: each publication has
 * one place in the order, whichever node accepted it, and is announced on every node that {@link
 * #follow}s its channel.
 *
 * <p>A channel's data is one hash (epoch and heads) and one Redis stream for each partition,
 * changed only by scripts. The script that appends publications also announces them by pub/sub.
 * When Redis has lost a channel, it is restarted with another epoch.
 *
 * <p>Times are those of Redis' own clock. Reading writes nothing: an unknown channel's epoch is
 * computed, and stored with its first publication.
 */
@ThreadSafe
public final class RedisBroker implements Broker, ChannelDirectory {

  private static final System.Logger LOG = System.getLogger(RedisBroker.class.getName());

  /** The reply of the script that reads when the epoch of an unknown channel would still change. */
  private static final Long NO_RANDOM = 0L;

  private static final Script READ = Script.load(RedisBroker.class, "stream.lua", "read.lua");
  private static final int BOUNDS = 1;
  private static final int PAGE = 2;
  private static final long PRUNE_MILLIS = 60_000;
  private static final long NOT_NOW = -1;

  /** Shorter than the hour between the time a channel is forgotten and the end of its key. */
  private static final long EPOCHS_MILLIS = 30 * 60_000;

  private final Redis redis;
  private final KeyCommands commands;
  private final ScriptArguments scriptArguments;
  private final RedisAvailability availability;
  private final ChannelSubscriptions subscriptions;
  private final FollowedPatterns patterns;
  private final PubSub pubSub;
  private final ChannelIndex index;
  private final ChannelIndexPruner pruner;
  private final StreamErasure erasure;
  private final GapDetector gapDetector;
  private final ServerAppenders appenders;

  /**
   * Starts the threads.
   *
   * @param redis stays open when the broker is closed
   * @param threads creates the threads
   * @param answers as for {@link GroupCommit}
   */
  public RedisBroker(
      RedisBrokerSettings settings,
      Redis redis,
      Ticker ticker,
      PublicationListener listener,
      ThreadFactory threads,
      Executor answers) {
    this(settings, redis, ticker, ScriptClock.ofRedis(), listener, threads, answers);
  }

  /** Starts the threads of a broker whose scripts take another time than Redis', for tests. */
  RedisBroker(
      RedisBrokerSettings settings,
      Redis redis,
      Ticker ticker,
      ScriptClock clock,
      PublicationListener listener,
      ThreadFactory threads,
      Executor answers) {
    this.redis = redis;
    this.commands = new KeyCommands(redis);
    this.availability = redis.availability();
    this.scriptArguments = new ScriptArguments(settings.retention(), clock);
    try {
      ensureRandom(redis);
    } catch (JedisException e) { // the first publication does
      LOG.log(System.Logger.Level.DEBUG, "Redis cannot be written at the start", e);
    }
    Semaphore calls = new Semaphore(0);
    this.subscriptions =
        new ChannelSubscriptions(
            redis,
            listener,
            ticker,
            new DivergenceDetector(redis, scriptArguments),
            calls::release);
    this.patterns = new FollowedPatterns(redis, listener, calls::release);
    String node = Epochs.next();
    this.pubSub =
        new PubSub(
            redis,
            new AnnouncementListener(redis, node, subscriptions, patterns, listener),
            threads);
    this.index = new ChannelIndex(redis, commands, pubSub);
    this.erasure = new StreamErasure(redis, commands, scriptArguments, this);
    this.pruner = new ChannelIndexPruner(redis, commands, index, scriptArguments);
    ChannelActivity activity = new ChannelActivity(redis);
    this.gapDetector =
        new GapDetector(
            redis, availability, subscriptions, patterns, index, activity, pubSub, calls);
    threads.newThread(gapDetector).start();
    EphemeralAnnouncer announcer =
        new EphemeralAnnouncer(redis, node, scriptArguments, pubSub, listener);
    this.appenders =
        new ServerAppenders(
            redis,
            () ->
                new GroupCommit(
                    new RedisAppender(
                        redis,
                        settings,
                        scriptArguments,
                        availability,
                        subscriptions,
                        index,
                        activity,
                        announcer),
                    settings.maxGroup(),
                    settings.maxWaitingBytes(),
                    settings.memory(),
                    threads,
                    answers));
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return appenders.publish(envelopes);
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    return subscriptions.follow(channel, pubSub, fault(ChannelKeys.of(redis, channel).hash()));
  }

  @Override
  public void unfollow(TenantChannel channel) {
    subscriptions.unfollow(channel);
  }

  @Override
  public CompletionStage<Void> follow(TenantId tenant, ChannelPattern pattern) {
    return patterns.follow(tenant, pattern, pubSub, fault(bytes(ChannelKeys.index(redis, tenant))));
  }

  @Override
  public void unfollow(TenantId tenant, ChannelPattern pattern) {
    patterns.unfollow(tenant, pattern, pubSub);
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    List<?> reply = read(request.channel(), List.of(request.partition()), request);
    List<?> bounds = (List<?>) reply.get(BOUNDS);
    StreamState state = state(reply, request.partition(), bounds.get(0), bounds.get(1));
    StreamState.Resume resume = state.resume(request.epoch(), request.after());
    return new ReplayPage(
        state, publications(reply, request, state, resume.after()), resume.lost());
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    return states(read(channel, IntStream.range(0, partitions).boxed().toList(), null));
  }

  @Override
  public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
    List<TenantChannel> reachable =
        channels.stream()
            .filter(channel -> !availability.isDown(ChannelKeys.of(redis, channel).hash()))
            .toList();
    Map<TenantChannel, List<Position>> heads = new HashMap<>();
    redis
        .queryAll(
            reachable,
            channel -> ChannelKeys.of(redis, channel).hash(),
            (pipeline, channel) -> pipeline.hgetAll(ChannelKeys.of(redis, channel).hash()))
        .forEach((channel, hash) -> heads.put(channel, StreamHeads.of(hash).positions()));
    if (heads.isEmpty() && !channels.isEmpty()) {
      throw unreachable();
    }
    return heads;
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    requireReachable(bytes(ChannelKeys.index(redis, tenant)));
    return translating(() -> index.names(tenant, pattern, limit));
  }

  @Override
  public List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    requireReachable(bytes(ChannelKeys.index(redis, tenant)));
    return translating(() -> index.names(tenant, prefix, after, limit));
  }

  @Override
  public long countChannels(TenantId tenant, long limit) {
    requireReachable(bytes(ChannelKeys.index(redis, tenant)));
    return translating(() -> Math.min(index.count(tenant), limit));
  }

  @Override
  public List<TenantChannel> channels(
      ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    requireReachable(bytes(ChannelKeys.tenants(redis)));
    return translating(() -> index.channels(pattern, after, limit));
  }

  /** {@inheritDoc} What has left the retention, and is still on Redis, is not kept. */
  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    requireReachable(ChannelKeys.of(redis, stream.channel()).hash());
    return translating(() -> erasure.erase(stream, sequences));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Redis expires the streams; the names of forgotten channels are removed by one node at a
   * time, once a minute.
   */
  @Override
  public void prune() {
    byte[] lock = bytes(redis.key("prune"));
    SetParams once = new SetParams().nx().px(PRUNE_MILLIS);
    long now =
        reading(
            lock,
            () ->
                redis.commands().set(lock, bytes("1"), once) == null
                    ? NOT_NOW
                    : scriptArguments.nowMillis(redis.timeMillis(redis.serverOf(lock))));
    if (now != NOT_NOW) {
      translating(
          () -> {
            ensureRandom(redis);
            pruner.prune(now);
            return true;
          });
    }
  }

  @Override
  public StoreCondition condition() {
    RedisFault fault = availability.worstFault();
    if (fault == null) {
      return StoreCondition.UP;
    }
    return new StoreCondition(
        fault.isTotal() ? StoreCondition.State.DOWN : StoreCondition.State.READ_ONLY,
        "Redis " + fault.advice());
  }

  @Override
  public String durability() {
    return redis
        + ": publications are as durable as Redis is configured to keep them (appendonly,"
        + " appendfsync)";
  }

  @Override
  public void close() {
    appenders.close();
    gapDetector.close();
    pubSub.close();
  }

  /**
   * Stores a random text that Redis loses with its data, unless it has one, and keeps it. Without
   * nodes, which count forgotten channels, it expires.
   */
  static void ensureRandom(Redis redis) {
    if (redis.settings().kind() != RedisSettings.Kind.CLUSTER) {
      var unusedFirst = redis.commands().hsetnx(ChannelKeys.epochs(redis), "r", Epochs.next());
      var unusedKept = redis.commands().pexpire(ChannelKeys.epochs(redis), EPOCHS_MILLIS);
    }
  }

  private List<?> read(
      TenantChannel channel, List<Integer> partitions, @Nullable ReplayRequest page) {
    ChannelKeys keys = ChannelKeys.of(redis, channel);
    return reading(
        keys.hash(),
        () -> {
          Object reply = runRead(channel, keys, partitions, partitions.size(), page);
          List<Integer> all = ScriptArguments.requested(reply);
          if (all != null) {
            Set<Integer> more = new TreeSet<>(partitions);
            more.addAll(all);
            reply = runRead(channel, keys, more, partitions.size(), page);
          }
          return (List<?>) reply;
        });
  }

  private Object runRead(
      TenantChannel channel,
      ChannelKeys keys,
      Collection<Integer> partitions,
      int minimum,
      @Nullable ReplayRequest page) {
    List<byte[]> arguments = scriptArguments.arguments(channel, partitions);
    arguments.add(bytes(page == null ? "" : Integer.toString(page.partition())));
    arguments.add(bytes(minimum));
    arguments.add(bytes(page == null || page.epoch() == null ? "" : page.epoch()));
    arguments.add(bytes(page == null ? StreamState.FROM_OLDEST : page.after()));
    arguments.add(bytes(page == null ? 0 : page.maxCount()));
    arguments.add(bytes(page == null ? 0 : page.maxBytes()));
    Object reply = READ.run(redis.commands(), keys.scripts(partitions), arguments);
    if (reply.equals(NO_RANDOM)) { // Redis is new, or has lost its data
      ensureRandom(redis);
      reply = READ.run(redis.commands(), keys.scripts(partitions), arguments);
    }
    if (reply.equals(NO_RANDOM)) {
      throw new BrokerException("Redis loses its data again and again", null);
    }
    return reply;
  }

  private static List<StreamState> states(List<?> reply) {
    List<?> bounds = (List<?>) reply.get(BOUNDS);
    List<StreamState> states = new ArrayList<>(bounds.size() / 2);
    for (int i = 0; i < bounds.size(); i += 2) {
      states.add(state(reply, i / 2, bounds.get(i), bounds.get(i + 1)));
    }
    return states;
  }

  private static StreamState state(List<?> reply, int partition, Object first, Object head) {
    return new StreamState(text(reply.get(0)), partition, (Long) first, (Long) head);
  }

  private static List<Publication> publications(
      List<?> reply, ReplayRequest request, StreamState state, long after) {
    List<?> page = (List<?>) reply.get(PAGE);
    List<Publication> publications = new ArrayList<>(page.size() / 3);
    long bytes = 0;
    long expected = after + 1;
    for (int i = 0; i < page.size(); i += 3) {
      long sequence = (Long) page.get(i);
      Envelope envelope;
      try {
        envelope =
            EnvelopeFormat.read(request.channel(), request.partition(), (byte[]) page.get(i + 2));
      } catch (UnknownVersionException e) {
        if (!publications.isEmpty()) {
          break; // the next page begins with it
        }
        throw BrokerException.undecodable(e.getMessage(), e);
      }
      bytes += envelope.costBytes();
      if (sequence != expected || (bytes > request.maxBytes() && !publications.isEmpty())) {
        break;
      }
      publications.add(
          new Publication(
              envelope,
              new Position(state.epoch(), request.partition(), sequence),
              (Long) page.get(i + 1)));
      expected++;
    }
    return publications;
  }

  static BrokerException unreachable() {
    return new BrokerException("Redis cannot be reached", null);
  }

  /** Returns why the server that has a key must not be used now; null when it may be. */
  private @Nullable BrokerException fault(byte[] key) {
    return availability.isDown(key) ? unreachable() : null;
  }

  private void requireReachable(byte[] key) {
    BrokerException unreachable = fault(key);
    if (unreachable != null) {
      throw unreachable;
    }
  }

  /** Reads from Redis, and retries once when a connection turns out to be broken. */
  private <T> T reading(byte[] key, Supplier<T> read) {
    requireReachable(key);
    return translating(() -> commands.read(key, read));
  }

  private static <T> T translating(Supplier<T> work) {
    try {
      return work.get();
    } catch (JedisException e) {
      throw new BrokerException("Redis cannot be read", e);
    }
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
