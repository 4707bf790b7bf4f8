package io.broadcasty.broker.redis;

import static io.broadcasty.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Publication;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.Script;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Ensures that no position is used twice when Redis has lost a stream's last publications, because
 * a replica without them has taken over. The publications received last are compared with those in
 * Redis; where they differ, the stream continues under another epoch.
 *
 * <p>Also remembers the last publications received from channels that this node does not follow
 * now, since their readers may come back.
 */
@ThreadSafe
final class Tails {

  private static final System.Logger LOG = System.getLogger(Tails.class.getName());
  private static final Script VERIFY = Script.load(Tails.class, "stream.lua", "verify.lua");
  private static final int REMEMBERED = 10_000;

  private final Redis redis;
  private final ScriptHead head;
  private final byte[] publish;

  /** Of channels that are not followed. Guarded by itself. */
  private final Map<TenantChannel, Marks> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TenantChannel, Marks> eldest) {
          return size() > REMEMBERED;
        }
      };

  Tails(Redis redis, ScriptHead head) {
    this.redis = redis;
    this.head = head;
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
  }

  /** Remembers the last publications of a channel that is no longer followed. */
  void remember(TenantChannel channel, @Nullable Marks marks) {
    if (marks != null) {
      synchronized (remembered) {
        remembered.put(channel, marks);
      }
    }
  }

  /** Remembers this node's publications on a channel that is not followed. */
  void remember(TenantChannel channel, List<Publication> publications) {
    synchronized (remembered) {
      for (Publication publication : publications) {
        remembered.compute(channel, (c, before) -> Marks.with(before, publication));
      }
    }
  }

  /** Removes and returns what was remembered of a channel that is followed from now on. */
  @Nullable Marks recall(TenantChannel channel) {
    synchronized (remembered) {
      return remembered.remove(channel);
    }
  }

  Map<TenantChannel, Marks> remembered() {
    synchronized (remembered) {
      return Map.copyOf(remembered);
    }
  }

  /**
   * Compares the publications received last with those in Redis.
   *
   * @param lastSeen read before the call: later announcements do no harm
   * @throws JedisException when Redis does not answer
   */
  void verify(Map<TenantChannel, Marks> lastSeen) {
    Map<TenantChannel, List<byte[]>> arguments = new HashMap<>();
    lastSeen.forEach((channel, marks) -> arguments.put(channel, arguments(channel, marks)));
    Map<TenantChannel, Object> answers =
        new HashMap<>(
            redis.ask(
                lastSeen.keySet(),
                channel -> ChannelKeys.of(redis, channel).hash(),
                (pipeline, channel) ->
                    VERIFY.queue(
                        pipeline,
                        ChannelKeys.of(redis, channel).scripts(),
                        arguments.getOrDefault(channel, List.of()))));
    List<TenantChannel> unanswered = new ArrayList<>(lastSeen.keySet());
    unanswered.removeAll(
        answers.keySet()); // a server that has just taken over does not know the script
    for (TenantChannel channel : unanswered) {
      answers.put(
          channel,
          VERIFY.run(
              redis.commands(),
              ChannelKeys.of(redis, channel).scripts(),
              arguments.getOrDefault(channel, List.of())));
    }
    long renewed = answers.values().stream().filter(answer -> answer.equals(1L)).count();
    if (renewed > 0) {
      LOG.log(
          Level.WARNING,
          "Redis has lost the last publications of "
              + renewed
              + " channels; their streams continue under another epoch, and clients are told. With"
              + " replicas, broadcasty.redis.replicas=1 makes each publication wait for one of"
              + " them");
    }
  }

  /** Returns the last publications received from followed channels. */
  static Map<TenantChannel, Marks> marks(Collection<Followed> followed) {
    Map<TenantChannel, Marks> marks = new HashMap<>();
    for (Followed each : followed) {
      Marks lastSeen = each.marks();
      if (lastSeen != null) {
        marks.put(each.channel(), lastSeen);
      }
    }
    return marks;
  }

  private List<byte[]> arguments(TenantChannel channel, Marks marks) {
    List<byte[]> arguments = head.arguments(channel.tenant());
    arguments.add(bytes(ChannelKeys.of(redis, channel).announcements()));
    arguments.add(publish);
    marks.addTo(arguments);
    return arguments;
  }
}
