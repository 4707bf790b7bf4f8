package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Finds from where in its streams a channel has recent events. Reads few publications: a stream is
 * ordered by time, so the place is found by halving.
 */
@ThreadSafe
final class RecentEvents {

  /** The most events of a stream that are recent. */
  static final int MAX_EVENTS = 1000;

  /** How long a place is used again, since after a restart all clients of a channel ask for it. */
  private static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int MAX_KEPT = 10_000;

  @GuardedBy("kept")
  private final Map<TenantChannel, Found> kept = BoundedMap.ofLatestAdded(MAX_KEPT);

  /** Where a channel's recent events begin, found at a time of the ticker. */
  private record Found(Since since, Duration age, long atNanos) {}

  /** The broker and the clocks of a node. */
  record Source(Broker broker, Ticker ticker, WallClock clock) {}

  /**
   * Returns the place before the last event, if it is not older than an age; otherwise that behind
   * it. May block on the store.
   */
  Since last(Source source, TenantChannel channel, Duration age) {
    return find(source, channel, age, 1);
  }

  /**
   * Returns the place before the first event that is not older than an age, or up to half a second
   * more. May block on the store.
   */
  Since since(Source source, TenantChannel channel, Duration age) {
    long now = source.ticker().readNanos();
    synchronized (kept) {
      Found found = kept.get(channel);
      if (found != null && found.age().equals(age) && now - found.atNanos() < KEPT_NANOS) {
        return found.since();
      }
    }
    Since since = find(source, channel, age, MAX_EVENTS);
    synchronized (kept) {
      kept.put(channel, new Found(since, age, now));
    }
    return since;
  }

  private static Since find(Source source, TenantChannel channel, Duration age, int maxEvents) {
    long from = source.clock().nowMillis() - age.toMillis();
    List<Position> positions = new ArrayList<>();
    for (StreamState state : source.broker().states(channel, 1)) {
      positions.add(
          new Position(
              state.epoch(),
              state.partition(),
              lastBefore(source.broker(), channel, state, from, maxEvents)));
    }
    return new Since.After(Map.of(channel.name(), positions));
  }

  /** Returns the sequence of the last event before a time, or a later one if too many follow. */
  private static long lastBefore(
      Broker broker, TenantChannel channel, StreamState state, long fromMillis, int maxEvents) {
    long before = Math.max(state.first() - 1, state.head() - maxEvents);
    if (before >= state.head() || isBefore(broker, channel, state, state.head(), fromMillis)) {
      return state.head();
    }
    long recent = state.head();
    while (recent - before > 1) {
      long middle = (before + recent) >>> 1;
      if (isBefore(broker, channel, state, middle, fromMillis)) {
        before = middle;
      } else {
        recent = middle;
      }
    }
    return before;
  }

  /** Returns whether an event is from before a time; one that is erased or gone counts as such. */
  private static boolean isBefore(
      Broker broker, TenantChannel channel, StreamState state, long sequence, long fromMillis) {
    List<Publication> found =
        broker
            .replay(
                new ReplayRequest(
                    channel, state.partition(), state.epoch(), sequence - 1, 1, Integer.MAX_VALUE))
            .publications();
    if (found.isEmpty() || found.get(0).timeMillis() < fromMillis) {
      return true;
    }
    return sequence == state.head() && found.get(0).envelope().message().isErased();
  }
}
