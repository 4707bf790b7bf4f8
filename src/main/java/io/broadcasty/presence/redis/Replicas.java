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
 * The channels whose members this node follows. Some methods are for the one thread that keeps them
 * in step.
 */
@ThreadSafe
final class Replicas implements PubSub.Listener {

  private static final System.Logger LOG = System.getLogger(Replicas.class.getName());
  private static final Script READ = Script.load(Replicas.class, "read.lua");

  /** For how long a channel that nobody follows any more is kept: many come back. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final class Entry {
    private final Replica replica;
    private int wanted;
    private long unwantedNanos;

    Entry(Replica replica) {
      this.replica = replica;
    }
  }

  private final Redis redis;
  private final LocalPresenceStore local;
  private final Ticker ticker;
  private final Runnable wake;

  /** By the name of the announcements; entries are changed inside its updates alone. */
  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<Replica> toRead = new ConcurrentLinkedQueue<>();

  /** Whose members a node of another version has written; by the one thread alone. */
  private final List<Replica> undecodable = new ArrayList<>();

  /**
   * @param wake has {@link #readAll} called soon
   */
  Replicas(Redis redis, LocalPresenceStore local, Ticker ticker, Runnable wake) {
    this.redis = redis;
    this.local = local;
    this.ticker = ticker;
    this.wake = wake;
  }

  CompletionStage<Void> follow(TenantChannel channel, PubSub news) {
    List<Replica> found = new ArrayList<>(1);
    entries.compute(
        PresenceKeys.of(redis, channel).announcements(),
        (name, known) -> {
          Entry entry = known;
          if (entry == null) {
            entry = new Entry(new Replica(channel, local));
            var unused = local.follow(channel);
            news.subscribe(name);
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
   * Waits until a followed channel has come as far as Redis has now; false when it does not in
   * time.
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
    entries.computeIfPresent( // which waits for the update that asked for it
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
   * Reads the members of those that are not in step.
   *
   * @throws JedisException when Redis does not answer; they are kept for the next call
   */
  void readAll() {
    for (Replica replica = toRead.peek(); replica != null; replica = toRead.peek()) {
      int life = replica.life();
      List<?> reply =
          (List<?>)
              READ.run(
                  redis.commands(), PresenceKeys.of(redis, replica.channel()).scripts(), List.of());
      List<?> flat = (List<?>) reply.get(1);
      try {
        replica.read(life, (Long) reply.get(0), members(flat));
      } catch (UnknownVersionException e) { // which was told of
        replica.unreachable(e);
        undecodable.add(replica);
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

  /** Looks whether changes were lost without a sign. */
  void check() {
    undecodable.forEach(this::readSoon); // a node that can may have written them anew
    undecodable.clear();
    List<Replica> all = entries.values().stream().map(entry -> entry.replica).toList();
    Map<Replica, byte[]> counts =
        redis.ask(
            all,
            replica -> PresenceKeys.of(redis, replica.channel()).version(),
            (pipeline, replica) ->
                pipeline.get(PresenceKeys.of(redis, replica.channel()).version()));
    counts.forEach(
        (replica, count) -> {
          long known = count == null ? 0 : Long.parseLong(text(count));
          if (!replica.isInStepWith(known)) { // or it is on its way: then reading does no harm
            LOG.log(Level.DEBUG, () -> "the members of " + replica.channel() + " are read anew");
            readSoon(replica);
          }
        });
  }

  void tellUnreachable(RuntimeException why) {
    entries.values().forEach(entry -> entry.replica.unreachable(why));
  }

  /** Ends what nobody has followed for a while. */
  void sweep(PubSub news) {
    long now = ticker.readNanos();
    for (String name : entries.keySet()) {
      entries.computeIfPresent(
          name,
          (n, entry) -> {
            if (entry.wanted > 0 || now - entry.unwantedNanos < LINGER.toNanos()) {
              return entry;
            }
            news.unsubscribe(n);
            entry.replica.clear();
            local.unfollow(entry.replica.channel());
            return null;
          });
    }
  }

  private void readSoon(Replica replica) {
    toRead.add(replica);
    wake.run();
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
