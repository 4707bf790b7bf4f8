package io.broadcasty.streams.spool;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channels with entries in the spool, as far as this node knows: further publications to them
 * have to wait as well, or they would overtake.
 */
@ThreadSafe
final class WaitingChannels {

  private final ConcurrentHashMap<TenantChannel, Mark> marks = new ConcurrentHashMap<>();

  /**
   * The state of a channel.
   *
   * @param underWay how many entries are being added for the channel right now
   * @param changes counts the added entries
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

  /** Announces an entry that is about to be added; {@link #added} has to follow. */
  void adding(TenantChannel channel) {
    marks.compute(
        channel,
        (c, mark) -> mark == null ? new Mark(1, 1) : new Mark(mark.underWay + 1, mark.changes + 1));
  }

  /** Reports that an entry has been added, or could not be. */
  void added(TenantChannel channel) {
    marks.computeIfPresent(channel, (c, mark) -> new Mark(mark.underWay - 1, mark.changes + 1));
  }

  /** Returns the current state, to be passed to {@link #replace}. */
  Map<TenantChannel, Object> snapshot() {
    return new HashMap<>(marks);
  }

  /**
   * Replaces the known channels with those read from the spool. A channel known before that is not
   * among them is removed, unless an entry was or is being added since the snapshot.
   *
   * @param before the snapshot from before the spool was read
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
