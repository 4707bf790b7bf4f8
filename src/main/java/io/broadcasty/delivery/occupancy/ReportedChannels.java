package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channels that this node has reported as occupied, and those that it has recently reported as
 * left. Not thread-safe.
 */
final class ReportedChannels {

  /**
   * How long a left channel is remembered: a store that fails over may have lost the latest
   * reports, but none older than this.
   */
  private static final long LEFT_NANOS = Duration.ofSeconds(60).toNanos();

  private static final int MAX_LEFT = 10_000;

  private record Left(TenantChannel channel, long untilNanos) {}

  private final OccupancyTiming timing;
  private final Ticker ticker;

  /** Concurrent only so that it may change while {@link #pass} iterates. */
  private final Set<TenantChannel> channels = ConcurrentHashMap.newKeySet();

  private final Deque<Left> left = new ArrayDeque<>();
  private Iterator<TenantChannel> pass = channels.iterator();
  private double renewalCredit;
  private long creditSinceNanos;

  ReportedChannels(OccupancyTiming timing, Ticker ticker) {
    this.timing = timing;
    this.ticker = ticker;
    this.creditSinceNanos = ticker.readNanos();
  }

  boolean add(TenantChannel channel) {
    return channels.add(channel);
  }

  boolean contains(TenantChannel channel) {
    return channels.contains(channel);
  }

  void remove(TenantChannel channel) {
    channels.remove(channel);
    left.add(new Left(channel, ticker.readNanos() + (timing.renewal().isZero() ? 0 : LEFT_NANOS)));
  }

  Collection<TenantChannel> channels() {
    return channels;
  }

  /** Returns the channels that were left recently and are not occupied again. */
  List<TenantChannel> left() {
    List<TenantChannel> all = new ArrayList<>();
    for (Left each : left) {
      if (!channels.contains(each.channel())) {
        all.add(each.channel());
      }
    }
    return all;
  }

  /**
   * Removes and returns the channels that were left some time ago, or all, and are not occupied
   * again.
   */
  List<TenantChannel> takeLeft(boolean all) {
    List<TenantChannel> removed = new ArrayList<>();
    long now = ticker.readNanos();
    while (!left.isEmpty()
        && (all || left.size() > MAX_LEFT || left.element().untilNanos() - now <= 0)) {
      TenantChannel channel = left.remove().channel();
      if (!channels.contains(channel)) {
        removed.add(channel);
      }
    }
    return removed;
  }

  /**
   * Returns the channels to report again now, so that each is reported once in the renewal
   * interval.
   */
  List<TenantChannel> dueForRenewal() {
    List<TenantChannel> due = new ArrayList<>();
    long now = ticker.readNanos();
    if (!timing.renewal().isZero()) {
      int count = channels.size();
      renewalCredit += (double) count * (now - creditSinceNanos) / timing.renewalNanos(count);
      renewalCredit = Math.min(renewalCredit, channels.size());
    }
    creditSinceNanos = now;
    while (renewalCredit >= 1) {
      if (!pass.hasNext()) {
        pass = channels.iterator();
      }
      if (!pass.hasNext()) {
        renewalCredit = 0;
        break;
      }
      TenantChannel next = pass.next();
      if (channels.contains(next)) { // otherwise it has been left since the iterator saw it
        due.add(next);
      }
      renewalCredit--;
    }
    return due;
  }
}
