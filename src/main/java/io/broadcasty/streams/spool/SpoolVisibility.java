package io.broadcasty.streams.spool;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds how long a node may not know what another one has queued, so that no publication overtakes
 * one that was answered before. A node publishes directly only with a list of the waiting channels
 * that is younger than {@link #MAX_AGE}; otherwise it asks the spool. A queued publication is
 * answered {@link #ANSWER_DELAY} after its channel began to wait. By then no node has an older
 * list.
 */
@ThreadSafe
final class SpoolVisibility {

  /** The maximum age of a list with which a node may publish directly. */
  static final Duration MAX_AGE = Duration.ofMillis(250);

  /** How long a channel has to wait before all nodes know it; more than the age of any list. */
  static final Duration ANSWER_DELAY = Duration.ofMillis(300);

  /**
   * The oldest entry of a channel. As long as it waits, the channel has never ceased to wait.
   *
   * @param number its number in the spool
   * @param seenNanos when it had certainly been stored
   */
  private record Oldest(long number, long seenNanos) {}

  private final Ticker ticker;
  private final ConcurrentHashMap<TenantChannel, Oldest> oldestEntries = new ConcurrentHashMap<>();
  private volatile boolean reachable = true;
  private volatile long readNanos;

  SpoolVisibility(Ticker ticker) {
    this.ticker = ticker;
    this.readNanos = ticker.readNanos() - MAX_AGE.toNanos() - 1;
  }

  /** Returns the time to pass to {@link #recordRead} when the spool has been read. */
  long startRead() {
    return ticker.readNanos();
  }

  /**
   * Records that the waiting channels have been read and are in use.
   *
   * @param startNanos when the read began
   */
  void recordRead(long startNanos, Set<TenantChannel> waiting) {
    oldestEntries.keySet().retainAll(waiting);
    readNanos = startNanos;
    reachable = true;
  }

  /** Records that the spool could not be reached. */
  void recordUnreachable() {
    reachable = false;
  }

  /** Returns whether the spool could be reached at the last attempt. */
  boolean isReachable() {
    return reachable;
  }

  /**
   * Returns whether the spool has to be asked before something is published directly. A spool that
   * cannot be reached is not asked, since publishing must not depend on its database.
   */
  boolean isOutdated() {
    return reachable && ticker.readNanos() - readNanos > MAX_AGE.toNanos();
  }

  /**
   * Records the oldest entries of channels, read after others were added to them.
   *
   * @param numbers the numbers in the spool by channel
   */
  void recordOldest(Map<TenantChannel, Long> numbers) {
    long now = ticker.readNanos();
    numbers.forEach(
        (channel, number) ->
            oldestEntries.compute(
                channel,
                (c, known) ->
                    known != null && known.number == number ? known : new Oldest(number, now)));
  }

  /** Returns whether all nodes know that these channels wait. */
  boolean isKnownToAll(Collection<TenantChannel> channels) {
    long now = ticker.readNanos();
    for (TenantChannel channel : channels) {
      Oldest oldest = oldestEntries.get(channel);
      if (oldest == null || now - oldest.seenNanos < ANSWER_DELAY.toNanos()) {
        return false;
      }
    }
    return true;
  }
}
