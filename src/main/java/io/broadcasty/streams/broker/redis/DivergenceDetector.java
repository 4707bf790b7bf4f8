package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.streams.broker.Publication;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
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
final class DivergenceDetector {

  private static final System.Logger LOG = System.getLogger(DivergenceDetector.class.getName());
  private static final Script VERIFY =
      Script.load(DivergenceDetector.class, "stream.lua", "verify.lua");
  private static final int REMEMBERED = 10_000;

  private final Redis redis;
  private final ScriptArguments scriptArguments;
  private final byte[] publish;

  /** Of channels that are not followed. Guarded by itself. */
  private final Map<TenantChannel, LastSeen> remembered = BoundedMap.ofLatestUsed(REMEMBERED);

  DivergenceDetector(Redis redis, ScriptArguments head) {
    this.redis = redis;
    this.scriptArguments = head;
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
  }

  /** Remembers the last publications of a channel that is no longer followed. */
  void remember(TenantChannel channel, @Nullable LastSeen marks) {
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
        remembered.compute(channel, (c, before) -> LastSeen.with(before, publication));
      }
    }
  }

  /** Removes and returns what was remembered of a channel that is followed from now on. */
  @Nullable LastSeen takeRemembered(TenantChannel channel) {
    synchronized (remembered) {
      return remembered.remove(channel);
    }
  }

  Map<TenantChannel, LastSeen> remembered() {
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
  void verify(Map<TenantChannel, LastSeen> lastSeen) {
    Map<TenantChannel, Object> answers =
        redis.queryAll(
            lastSeen.keySet(),
            channel -> ChannelKeys.of(redis, channel).hash(),
            (pipeline, channel) -> queue(pipeline, channel, requireNonNull(lastSeen.get(channel))));
    lastSeen.forEach(
        (channel, marks) -> {
          Object answer = answers.get(channel);
          if (answer == null) { // a server that has just taken over does not know the script
            answer = run(channel, marks, marks.last().keySet());
          }
          List<Integer> requested = ScriptArguments.requested(answer);
          if (requested != null) {
            Set<Integer> partitions = new TreeSet<>(marks.last().keySet());
            partitions.addAll(requested);
            answer = run(channel, marks, partitions);
          }
          answers.put(channel, answer);
        });
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
  static Map<TenantChannel, LastSeen> lastSeen(Collection<FollowedChannel> followed) {
    Map<TenantChannel, LastSeen> marks = new HashMap<>();
    for (FollowedChannel each : followed) {
      LastSeen lastSeen = each.lastSeen();
      if (lastSeen != null) {
        marks.put(each.channel(), lastSeen);
      }
    }
    return marks;
  }

  private Response<Object> queue(Pipeline pipeline, TenantChannel channel, LastSeen marks) {
    Collection<Integer> partitions = marks.last().keySet();
    return VERIFY.queue(
        pipeline,
        ChannelKeys.of(redis, channel).scripts(partitions),
        arguments(channel, marks, partitions));
  }

  private Object run(TenantChannel channel, LastSeen marks, Collection<Integer> partitions) {
    return VERIFY.run(
        redis.commands(),
        ChannelKeys.of(redis, channel).scripts(partitions),
        arguments(channel, marks, partitions));
  }

  private List<byte[]> arguments(
      TenantChannel channel, LastSeen marks, Collection<Integer> partitions) {
    List<byte[]> arguments = scriptArguments.arguments(channel, partitions);
    arguments.add(bytes(ChannelKeys.of(redis, channel).announcements()));
    arguments.add(publish);
    marks.addTo(arguments);
    return arguments;
  }
}
