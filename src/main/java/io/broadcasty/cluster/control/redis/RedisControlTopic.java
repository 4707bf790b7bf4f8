package io.broadcasty.cluster.control.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlFormat;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlListeners;
import io.broadcasty.cluster.control.ControlLoop;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ReceivedIds;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The control topic of nodes that share a Redis: a numbered log, which a script appends to, and
 * announcements by pub/sub for speed. An announcement contains the id of the message before its
 * own. The log is read when that is not the message received last, after each reconnection, and
 * once a second.
 */
@ThreadSafe
public final class RedisControlTopic implements ControlTopic {

  private static final Script PUBLISH = Script.load(RedisControlTopic.class, "publish.lua");
  private static final Script READ = Script.load(RedisControlTopic.class, "read.lua");
  private static final long CHECK_MILLIS = 1000;
  private static final int PAGE = 500;
  private static final int MAX_ANNOUNCED = 1000;
  private static final int PARTS = 4;
  private static final int HEADER = 2;
  private static final int ENTRY = 3;

  /** A message of the log. */
  private record Entry(long number, String id, String text) {}

  /** An announced message, and the id of the one before it. */
  private record Announced(Entry entry, String before) {}

  private final Redis redis;
  private final ControlRetention retention;
  private final byte[] log;
  private final byte[] announcements;
  private final ControlFormat format = new ControlFormat();
  private final ControlListeners listeners = new ControlListeners();

  /**
   * The announcements not yet delivered. When it is full, further ones are read from the log
   * instead.
   */
  private final ArrayBlockingQueue<Announced> announced = new ArrayBlockingQueue<>(MAX_ANNOUNCED);

  private final ControlLoop loop;
  private final PubSub pubSub;

  @ConfinedTo("the thread that delivers")
  private final ReceivedIds receivedIds;

  @ConfinedTo("the thread that delivers")
  private long lastNumber;

  @ConfinedTo("the thread that delivers")
  private String lastId = "";

  /**
   * Starts the threads; receives messages that are published from now on.
   *
   * @param redis stays open when the topic is closed
   * @throws ControlException when Redis does not answer
   */
  public RedisControlTopic(Redis redis, ControlRetention retention, BackgroundLoops loops) {
    this.redis = redis;
    this.retention = retention;
    this.log = redis.key("{control}:log").getBytes(UTF_8);
    String channel = redis.key("{control}:news");
    this.announcements = channel.getBytes(UTF_8);
    this.receivedIds = new ReceivedIds(2 * retention.count());
    try {
      readLog(false);
    } catch (JedisException e) {
      throw new ControlException("cannot read control messages from Redis", e);
    }
    this.loop = new ControlLoop(CHECK_MILLIS, this::runRound);
    this.pubSub = new PubSub(redis, new Announcements(), loops.supervised("control-news"));
    pubSub.subscribe(channel);
    loop.start(loops);
  }

  @Override
  public long publish(ControlMessage message) {
    if (loop.isClosed()) {
      throw new ControlException("the control topic is closed");
    }
    String id = UUID.randomUUID().toString();
    try {
      return append(id, message);
    } catch (JedisConnectionException e) { // the pooled connection may have been stale
      return appendAgain(id, message);
    } catch (JedisException e) {
      throw unconfirmed(e);
    }
  }

  @Override
  public void addListener(ControlListener listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    loop.close();
    pubSub.close();
  }

  /**
   * Appends a message that may have been appended already; its id ensures that it is delivered
   * once.
   */
  private long appendAgain(String id, ControlMessage message) {
    try {
      return append(id, message);
    } catch (JedisException e) {
      throw unconfirmed(e);
    }
  }

  private long append(String id, ControlMessage message) {
    return (Long)
        PUBLISH.run(
            redis.commands(),
            List.of(log, announcements),
            List.of(
                id.getBytes(UTF_8),
                format.write(message).getBytes(UTF_8),
                bytes(retention.age().toMillis()),
                bytes(retention.count()),
                (redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH").getBytes(UTF_8)));
  }

  private static ControlException unconfirmed(JedisException cause) {
    return new ControlException("Redis did not confirm the control message", cause);
  }

  private void runRound() {
    boolean check = announced.isEmpty();
    for (Announced next = announced.poll(); next != null; next = announced.poll()) {
      if (next.entry().number() == lastNumber + 1 && next.before().equals(lastId)) {
        deliver(next.entry(), true);
      } else if (!receivedIds.contains(next.entry().id())) {
        check = true;
      }
    }
    if (check) {
      try {
        readLog(true);
      } catch (JedisException e) {
        throw new ControlException("cannot read control messages from Redis", e);
      }
    }
  }

  /**
   * Reads the messages after the one received last.
   *
   * @param deliver whether to deliver them; otherwise they are only marked as received
   */
  private void readLog(boolean deliver) {
    boolean complete = true;
    boolean more = true;
    while (more) {
      List<?> reply =
          (List<?>)
              READ.run(
                  redis.commands(),
                  List.of(log),
                  List.of(bytes(lastNumber), lastId.getBytes(UTF_8), bytes(PAGE)));
      boolean follows = reply.get(0).equals(1L);
      more = reply.get(1).equals(1L);
      complete &= follows;
      if (!follows) {
        lastNumber = 0;
        lastId = "";
      }
      for (int i = HEADER; i + ENTRY <= reply.size(); i += ENTRY) {
        deliver(
            new Entry((Long) reply.get(i), text(reply.get(i + 1)), text(reply.get(i + 2))),
            deliver);
      }
    }
    if (!complete && deliver) {
      listeners.onMissed();
    }
  }

  private void deliver(Entry entry, boolean deliver) {
    lastNumber = entry.number();
    lastId = entry.id();
    if (receivedIds.add(entry.id()) && deliver) {
      ControlMessage message = format.read(entry.text());
      if (message != null) {
        listeners.onMessage(message);
      }
    }
  }

  private static byte[] bytes(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }

  private static String text(Object bulk) {
    return new String((byte[]) bulk, UTF_8);
  }

  /** Passes announcements to the loop. */
  private final class Announcements implements PubSub.Listener {

    @Override
    public void onMessage(String channel, byte[] message) {
      String[] parts = text(message).split("\n", PARTS);
      if (parts.length == PARTS && parts[0].matches("[0-9]{1,18}")) {
        announced.offer(
            new Announced(new Entry(Long.parseLong(parts[0]), parts[1], parts[3]), parts[2]));
      }
      loop.wake(); // what cannot be decoded here is read from the log
    }

    @Override
    public void onSubscribed(String channel) {
      loop.wake();
    }

    @Override
    public void onBroken(Collection<String> channels) {
      // the log is read once a second, and after each subscription
    }
  }
}
