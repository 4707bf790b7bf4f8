package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.ReferenceCountedMap;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptPipeline;
import io.broadcasty.presence.LocalPresenceStore;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The cached copies of the members of all channels that this node follows. Thread-safe, except for
 * the methods that the synchronising thread calls.
 */
@ThreadSafe
final class MembershipCaches implements PubSub.Listener {

  private static final System.Logger LOG = System.getLogger(MembershipCaches.class.getName());

  /** How many channels' versions a command reads. */
  private static final int COMPARED_AT_ONCE = 1000;

  /** How many channels' versions are compared at a time in a Cluster. */
  private static final int COMPARED_IN_CLUSTER = 200;

  /** How many channels are read in a round trip. */
  private static final int READ_AT_ONCE = 100;

  /**
   * The time for which a channel is kept after its last follower has left, since many followers
   * return soon.
   */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private final Redis redis;
  private final LocalPresenceStore local;

  @ConfinedTo("the synchronising thread")
  private final DepartedHolders departed;

  private final Runnable wake;
  private final ScriptPipeline pipeline;

  /** Where the next comparison begins in a Cluster; used by one thread after the other. */
  private volatile int compareFrom;

  /** The copies by the pub/sub channel of their announcements. */
  private final ReferenceCountedMap<MembershipCache> caches;

  private final ConcurrentLinkedQueue<MembershipCache> toRead = new ConcurrentLinkedQueue<>();

  /**
   * Channels whose members a node of another version has written; used by the synchronising thread
   * only.
   */
  private final List<MembershipCache> undecodable = new ArrayList<>();

  /**
   * Creates an empty set of copies.
   *
   * @param departed is told which nodes may hold members of the channels that are read
   * @param wake causes {@link #readOutOfSync} to be called soon
   */
  MembershipCaches(
      Redis redis,
      LocalPresenceStore local,
      DepartedHolders departed,
      Ticker ticker,
      Runnable wake) {
    this.redis = redis;
    this.local = local;
    this.departed = departed;
    this.caches = new ReferenceCountedMap<>(ticker, LINGER);
    this.wake = wake;
    this.pipeline = new ScriptPipeline(redis, Script.load(MembershipCaches.class, "read.lua"));
  }

  CompletionStage<Void> follow(TenantChannel channel, PubSub pubSub) {
    String name = PresenceKeys.of(redis, channel).announcements();
    return caches
        .acquire(
            name,
            () -> {
              var unused = local.follow(channel);
              pubSub.subscribe(name);
              return new MembershipCache(channel, local);
            })
        .ready();
  }

  void unfollow(TenantChannel channel) {
    caches.release(PresenceKeys.of(redis, channel).announcements());
  }

  /**
   * Waits until a followed channel has the version that Redis has now; returns false when it does
   * not in time.
   *
   * @throws JedisException when Redis does not answer
   */
  boolean awaitVersion(TenantChannel channel, long seconds) throws InterruptedException {
    PresenceKeys keys = PresenceKeys.of(redis, channel);
    MembershipCache cache = caches.get(keys.announcements());
    byte[] count = redis.commands().get(keys.version());
    return cache != null
        && cache.awaitVersion(count == null ? 0 : Long.parseLong(text(count)), seconds);
  }

  @Override
  public void onMessage(String channel, byte[] message) {
    MembershipCache cache = caches.get(channel);
    if (cache != null && cache.onChange(message)) {
      queueRead(cache);
    }
  }

  @Override
  public void onSubscribed(String channel) {
    caches.withValue(channel, this::queueRead); // after the update that subscribed
  }

  @Override
  public void onBroken(Collection<String> channels) {
    for (String channel : channels) {
      MembershipCache cache = caches.get(channel);
      if (cache != null) {
        cache.markOutOfSync();
      }
    }
  }

  boolean hasOutOfSync() {
    return !toRead.isEmpty();
  }

  /**
   * Reads the members of the channels that are out of sync.
   *
   * @throws JedisException when Redis does not answer; the channels stay queued for the next call
   */
  void readOutOfSync() {
    while (!toRead.isEmpty()) {
      Set<MembershipCache> batch = new LinkedHashSet<>();
      for (MembershipCache cache = toRead.poll(); cache != null; cache = toRead.poll()) {
        batch.add(cache);
        if (batch.size() == READ_AT_ONCE) {
          break;
        }
      }
      read(batch);
    }
  }

  private void read(Set<MembershipCache> batch) {
    List<MembersRead> reads = new ArrayList<>();
    batch.forEach(cache -> reads.add(new MembersRead(cache)));
    JedisException failure = null;
    while (!reads.isEmpty()) {
      List<ScriptPipeline.Reply> replies =
          pipeline.run(
              reads.stream()
                  .map(
                      read ->
                          new ScriptPipeline.Call(
                              PresenceKeys.of(redis, read.cache().channel()).scripts(),
                              read.arguments()))
                  .toList());
      List<MembersRead> unfinished = new ArrayList<>();
      for (int i = 0; i < replies.size(); i++) {
        MembersRead read = reads.get(i);
        JedisException broken = replies.get(i).failure();
        if (broken != null) {
          failure = broken;
          toRead.add(read.cache());
        } else if (!onPart(read, replies.get(i).list())) {
          unfinished.add(read);
        }
      }
      reads.clear();
      reads.addAll(unfinished);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Takes a part of a channel's members; returns whether the read has ended. */
  private boolean onPart(MembersRead read, List<?> part) {
    MembershipCache cache = read.cache();
    try {
      if (!read.add(part)) {
        return false;
      }
      read.finish();
      departed.onRead(cache.channel(), read.nodes());
    } catch (UnknownVersionException e) { // which has been logged
      cache.failWaiting(e);
      undecodable.add(cache);
    }
    return true;
  }

  /** Compares versions with Redis, to find changes that were lost unnoticed. */
  void compareVersions() {
    undecodable.forEach(this::queueRead); // a node that can decode them may have written them again
    undecodable.clear();
    List<MembershipCache> all = caches.values();
    if (redis.settings().kind() == RedisSettings.Kind.CLUSTER) { // one command reads one slot
      List<MembershipCache> some = someOf(all);
      redis
          .queryAll(
              some,
              cache -> PresenceKeys.of(redis, cache.channel()).version(),
              (pipeline, cache) -> pipeline.get(PresenceKeys.of(redis, cache.channel()).version()))
          .forEach(this::compareVersion);
      return;
    }
    for (int from = 0; from < all.size(); from += COMPARED_AT_ONCE) {
      List<MembershipCache> part = all.subList(from, Math.min(all.size(), from + COMPARED_AT_ONCE));
      List<byte[]> counts =
          redis
              .commands()
              .mget(
                  part.stream()
                      .map(cache -> PresenceKeys.of(redis, cache.channel()).version())
                      .toArray(byte[][]::new));
      for (int i = 0; i < part.size(); i++) {
        compareVersion(part.get(i), counts.get(i));
      }
    }
  }

  /** Returns the next channels to compare in a Cluster, so that many cost little. */
  private List<MembershipCache> someOf(List<MembershipCache> all) {
    int begin = compareFrom < all.size() ? compareFrom : 0;
    int end = Math.min(all.size(), begin + COMPARED_IN_CLUSTER);
    compareFrom = end;
    return all.subList(begin, end);
  }

  private void compareVersion(MembershipCache cache, byte @Nullable [] count) {
    long known = count == null ? 0 : Long.parseLong(text(count));
    // a change may also be in transit: then reading does no harm
    if (!cache.isInSyncWith(known)) {
      LOG.log(
          Level.DEBUG,
          () -> "Members of " + cache.channel() + " are out of sync and will be read again");
      queueRead(cache);
    }
  }

  /** Returns the followed channels of which a node may hold members. For any thread. */
  List<TenantChannel> channelsOf(String node) {
    List<TenantChannel> held = new ArrayList<>();
    Map<MembershipCache, Boolean> answers =
        redis.queryAll(
            caches.values(),
            cache -> PresenceKeys.of(redis, cache.channel()).calls(),
            (pipeline, cache) ->
                pipeline.hexists(
                    PresenceKeys.of(redis, cache.channel()).calls(), PresenceKeys.bytes(node)));
    answers.forEach(
        (cache, known) -> {
          if (known) {
            held.add(cache.channel());
          }
        });
    return held;
  }

  void failWaiting(RuntimeException why) {
    caches.values().forEach(cache -> cache.failWaiting(why));
  }

  /** Removes channels that have had no follower for a while. */
  void removeUnfollowed(PubSub pubSub) {
    caches.removeReleased(
        (name, cache) -> {
          pubSub.unsubscribe(name);
          cache.clear();
          local.unfollow(cache.channel());
        });
  }

  private void queueRead(MembershipCache cache) {
    toRead.add(cache);
    wake.run();
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
