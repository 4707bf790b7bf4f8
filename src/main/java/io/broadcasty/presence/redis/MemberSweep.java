package io.broadcasty.presence.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.redis.MemberChanges.Change;
import io.broadcasty.presence.redis.MemberChanges.Results;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Goes through all members of channels: ends their leases, and removes the members of dead nodes.
 * Each call of the script sees a part of a large channel, so that none takes long.
 */
@ThreadSafe
final class MemberSweep {

  /** The maximum number of channels in a round trip. */
  private static final int MAX_CHANNELS = 250;

  private final MemberChanges changes;

  MemberSweep(MemberChanges changes) {
    this.changes = changes;
  }

  /**
   * Ends the leases of a channel that were not renewed in time.
   *
   * @return the time when the next lease ends; 0 when there is none
   */
  long expire(TenantChannel channel) {
    long[] due = {0};
    runThrough(
        List.of(channel),
        "expire",
        "",
        next -> due[0] = next > 0 && (due[0] == 0 || next < due[0]) ? next : due[0]);
    return due[0];
  }

  /** Removes the members of a dead node from channels. */
  void forget(Collection<TenantChannel> channels, String deadNode) {
    runThrough(channels, "forget", deadNode, value -> {});
  }

  /**
   * Runs an operation that goes through all members of channels, a part of them with each call.
   *
   * @param values receives the result of each call
   * @throws JedisException when Redis does not answer, after the other channels were done
   */
  private void runThrough(
      Collection<TenantChannel> channels, String kind, String id, LongConsumer values) {
    JedisException failure = null;
    List<TenantChannel> all = List.copyOf(new LinkedHashSet<>(channels));
    for (int from = 0; from < all.size(); from += MAX_CHANNELS) {
      Map<TenantChannel, String> cursors = new LinkedHashMap<>();
      all.subList(from, Math.min(all.size(), from + MAX_CHANNELS))
          .forEach(channel -> cursors.put(channel, MemberChanges.END));
      while (!cursors.isEmpty()) {
        List<Change> window = new ArrayList<>();
        cursors.forEach(
            (channel, cursor) ->
                window.add(
                    new Change(
                        channel,
                        List.of(
                            new PresenceOperation(
                                channel, kind, new Member(id, cursor), 0, null)))));
        List<Results> results = changes.make(window);
        for (int i = 0; i < window.size(); i++) {
          Results result = results.get(i);
          failure = result.failure() == null ? failure : result.failure();
          result.values().forEach(values::accept);
          String next = result.cursors().isEmpty() ? MemberChanges.END : result.cursors().get(0);
          if (next.equals(MemberChanges.END)) {
            cursors.remove(window.get(i).channel());
          } else {
            cursors.put(window.get(i).channel(), next);
          }
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
