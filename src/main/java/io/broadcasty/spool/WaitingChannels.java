package io.broadcasty.spool;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channels for which something waits in the spool, as far as this node knows: what is published
 * to them has to wait as well, or it would overtake.
 */
@ThreadSafe
final class WaitingChannels {

  private final ConcurrentHashMap<TenantChannel, Mark> marks = new ConcurrentHashMap<>();

  /**
   * @param underWay how often something is being added for the channel right now
   * @param changes counts what was added
   */
  private record Mark(int underWay, long changes) {}

  boolean contains(TenantChannel channel) {
    return !marks.isEmpty() && marks.containsKey(channel);
  }

  int size() {
    return marks.size();
  }

  boolean isEmpty() {
    return marks.isEmpty();
  }

  /** Something will be added; to be followed by {@link #added}. */
  void adding(TenantChannel channel) {
    marks.compute(
        channel,
        (c, mark) -> mark == null ? new Mark(1, 1) : new Mark(mark.underWay + 1, mark.changes + 1));
  }

  /** It has been added, or could not be. */
  void added(TenantChannel channel) {
    marks.computeIfPresent(channel, (c, mark) -> new Mark(mark.underWay - 1, mark.changes + 1));
  }

  /** What is known now, to be handed to {@link #replace}. */
  Map<TenantChannel, Object> snapshot() {
    return new HashMap<>(marks);
  }

  /**
   * The spool has been looked at: these have something waiting, and of those known before no other
   * has, unless something was or is being added meanwhile.
   *
   * @param before what was known before the spool was looked at
   */
  void replace(Map<TenantChannel, Object> before, Collection<TenantChannel> waiting) {
    waiting.forEach(channel -> marks.putIfAbsent(channel, new Mark(0, 0)));
    Set<TenantChannel> still = Set.copyOf(waiting);
    before.forEach(
        (channel, mark) -> {
          if (!still.contains(channel) && ((Mark) mark).underWay == 0) {
            marks.remove(channel, mark);
          }
        });
  }
}
