package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.format.TextVersion;
import io.broadcasty.format.UnknownVersionException;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.redis.PubSub;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.Script;
import io.broadcasty.time.Ticker;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The cached copies of the members of all channels that this node follows. Thread-safe, except for
 * the methods that the synchronising thread calls.
 */
@ThreadSafe
final class Replicas implements PubSub.Listener {

  private static final System.Logger LOG = System.getLogger(Replicas.class.getName());
  private static final Script READ = Script.load(Replicas.class, "read.lua");

  /**
   * How long a channel is kept after its last follower has left, since many followers return soon.
   */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final class Entry {
    private final Replica replica;
    private int wanted;
    private long unwantedNanos;

    Entry(Replica cache) {
      this.replica = cache;
    }
  }

  private final Redis redis;
  private final LocalPresenceStore local;
  private final Ticker ticker;
  private final Runnable wake;

  /**
   * The copies by the pub/sub channel of their announcements; entries change only inside the map's
   * updates.
   */
  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<Replica> toRead = new ConcurrentLinkedQueue<>();

  /**
   * Channels whose members a node of another version has written; used by the synchronising thread
   * only.
   */
  private final List<Replica> undecodable = new ArrayList<>();

  /**
   * Creates an empty set of copies.
   *
   * @param wake causes {@link #readAll} to be called soon
   */
  Replicas(Redis redis, LocalPresenceStore local, Ticker ticker, Runnable wake) {
    this.redis = redis;
    this.local = local;
    this.ticker = ticker;
    this.wake = wake;
  }

  CompletionStage<Void> follow(TenantChannel channel, PubSub pubSub) {
    List<Replica> found = new ArrayList<>(1);
    entries.compute(
        PresenceKeys.of(redis, channel).announcements(),
        (name, known) -> {
          Entry entry = known;
          if (entry == null) {
            entry = new Entry(new Replica(channel, local));
            var unused = local.follow(channel);
            pubSub.subscribe(name);
          }
          entry.wanted++;
          found.add(entry.replica);
          return entry;
        });
    return found.get(0).ready();
  }

  void unfollow(TenantChannel channel) {
    entries.computeIfPresent(
        PresenceKeys.of(redis, channel).announcements(),
        (name, entry) -> {
          entry.wanted--;
          entry.unwantedNanos = ticker.readNanos();
          return entry;
        });
  }

  /**
   * Waits until a followed channel has the version that Redis has now; returns false when it does
   * not in time.
   *
   * @throws JedisException when Redis does not answer
   */
  boolean await(TenantChannel channel, long seconds) throws InterruptedException {
    PresenceKeys keys = PresenceKeys.of(redis, channel);
    Entry entry = entries.get(keys.announcements());
    byte[] count = redis.commands().get(keys.version());
    return entry != null
        && entry.replica.await(count == null ? 0 : Long.parseLong(text(count)), seconds);
  }

  @Override
  public void onMessage(String channel, byte[] message) {
    Entry entry = entries.get(channel);
    if (entry != null && entry.replica.changed(message)) {
      readSoon(entry.replica);
    }
  }

  @Override
  public void onSubscribed(String channel) {
    entries.computeIfPresent( // blocks until the update that subscribed has ended
        channel,
        (name, entry) -> {
          readSoon(entry.replica);
          return entry;
        });
  }

  @Override
  public void onBroken(Collection<String> channels) {
    for (String channel : channels) {
      Entry entry = entries.get(channel);
      if (entry != null) {
        entry.replica.broken();
      }
    }
  }

  boolean hasToRead() {
    return !toRead.isEmpty();
  }

  /**
   * Reads the members of the channels that are out of sync.
   *
   * @throws JedisException when Redis does not answer; the channels stay queued for the next call
   */
  void readAll() {
    for (Replica cache = toRead.peek(); cache != null; cache = toRead.peek()) {
      int generation = cache.life();
      List<?> reply =
          (List<?>)
              READ.run(
                  redis.commands(), PresenceKeys.of(redis, cache.channel()).scripts(), List.of());
      List<?> flat = (List<?>) reply.get(1);
      try {
        cache.read(generation, (Long) reply.get(0), members(flat));
      } catch (UnknownVersionException e) { // which has been logged
        cache.unreachable(e);
        undecodable.add(cache);
      }
      toRead.poll();
    }
  }

  private static Map<String, Member> members(List<?> flat) {
    Map<String, Member> present = new HashMap<>();
    for (int i = 0; i < flat.size(); i += 2) {
      TextVersion.requireFirst("members", (byte[]) flat.get(i + 1));
      String id = text(flat.get(i));
      present.put(id, new Member(id, text(flat.get(i + 1))));
    }
    return present;
  }

  /** Compares versions with Redis, to find changes that were lost unnoticed. */
  void check() {
    undecodable.forEach(this::readSoon); // a node that can decode them may have written them again
    undecodable.clear();
    List<Replica> all = entries.values().stream().map(entry -> entry.replica).toList();
    Map<Replica, byte[]> counts =
        redis.ask(
            all,
            cache -> PresenceKeys.of(redis, cache.channel()).version(),
            (pipeline, cache) -> pipeline.get(PresenceKeys.of(redis, cache.channel()).version()));
    counts.forEach(
        (cache, count) -> {
          long known = count == null ? 0 : Long.parseLong(text(count));
          // a change may also be in transit: then reading does no harm
          if (!cache.isInStepWith(known)) {
            LOG.log(
                Level.DEBUG,
                () -> "Members of " + cache.channel() + " are out of sync and will be read again");
            readSoon(cache);
          }
        });
  }

  void tellUnreachable(RuntimeException why) {
    entries.values().forEach(entry -> entry.replica.unreachable(why));
  }

  /** Removes channels that have had no follower for a while. */
  void sweep(PubSub pubSub) {
    long now = ticker.readNanos();
    for (String name : entries.keySet()) {
      entries.computeIfPresent(
          name,
          (n, entry) -> {
            if (entry.wanted > 0 || now - entry.unwantedNanos < LINGER.toNanos()) {
              return entry;
            }
            pubSub.unsubscribe(n);
            entry.replica.clear();
            local.unfollow(entry.replica.channel());
            return null;
          });
    }
  }

  private void readSoon(Replica cache) {
    toRead.add(cache);
    wake.run();
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
