package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Position;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The queue of channels that have publications to relay, ordered by when each is due.
 *
 * <p>A channel that a worker has taken is not given to another worker until it is returned.
 * Bounded: {@link #takeOverflow} tells whether a channel did not fit.
 */
@ThreadSafe
final class RelayQueue {

  /** The delay in which publications of a channel are gathered, so that they share a request. */
  private static final Duration BATCH_DELAY = Duration.ofMillis(5);

  private static final long POLL_MILLIS = 100;

  /**
   * A channel to relay.
   *
   * @param allPartitions whether to check all of its partitions
   * @param version changes when the channel is marked again
   */
  record Task(
      TenantChannel channel, Map<Integer, Long> marked, boolean allPartitions, long version) {}

  private final int maxChannels;
  private final Ticker ticker;
  private final WallClock clock;

  @GuardedBy("this")
  private final Map<TenantChannel, Entry> entries = new HashMap<>();

  @GuardedBy("this")
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(
          Comparator.<Entry, Long>comparing(entry -> entry.dueNanos, RelayQueue::compareNanos)
              .thenComparingLong(entry -> entry.number));

  @GuardedBy("this")
  private long nextNumber;

  @GuardedBy("this")
  private boolean overflowed;

  @GuardedBy("this")
  private boolean closed;

  RelayQueue(int maxChannels, Ticker ticker, WallClock clock) {
    this.maxChannels = maxChannels;
    this.ticker = ticker;
    this.clock = clock;
  }

  private static int compareNanos(long a, long b) {
    return Long.signum(a - b);
  }

  /** The marked range of a partition and how far it has been relayed, as sequences. */
  private static final class Span {
    final long first;
    long last;
    long done;

    Span(long first) {
      this.first = first;
      this.last = first;
      this.done = first - 1;
    }
  }

  private static final class Entry {
    final TenantChannel channel;
    final Map<Integer, Span> spans = new HashMap<>();
    final long number;
    long sinceMillis;
    long dueNanos;
    long version;
    boolean allPartitions;

    Entry(TenantChannel channel, long number, long sinceMillis) {
      this.channel = channel;
      this.number = number;
      this.sinceMillis = sinceMillis;
    }
  }

  /** Adds the channel of a publication that was appended on this node. */
  synchronized void mark(TenantChannel channel, Position position) {
    Entry entry = entry(channel);
    if (entry == null) {
      return;
    }
    Span span =
        entry.spans.computeIfAbsent(position.partition(), p -> new Span(position.sequence()));
    span.last = Math.max(span.last, position.sequence());
    entry.version++;
  }

  /** Adds a channel that may have publications which were not marked on this node. */
  synchronized void markAll(TenantChannel channel) {
    Entry entry = entry(channel);
    if (entry != null) {
      entry.allPartitions = true;
      entry.version++;
    }
  }

  @GuardedBy("this")
  private @Nullable Entry entry(TenantChannel channel) {
    Entry known = entries.get(channel);
    if (known != null) {
      return known;
    }
    if (entries.size() >= maxChannels) {
      overflowed = true;
      return null;
    }
    Entry entry = new Entry(channel, nextNumber++, clock.nowMillis());
    entries.put(channel, entry);
    queue(entry, BATCH_DELAY);
    return entry;
  }

  @GuardedBy("this")
  private void queue(Entry entry, Duration after) {
    entry.dueNanos = ticker.readNanos() + after.toNanos();
    queue.add(entry);
    notify();
  }

  /** Waits for a due channel; returns null once this is closed and none is due. */
  synchronized @Nullable Task take() throws InterruptedException {
    while (true) {
      Task due = poll();
      if (due != null || closed) {
        return due;
      }
      Entry next = queue.peek();
      long millis =
          next == null
              ? POLL_MILLIS
              : TimeUnit.NANOSECONDS.toMillis(next.dueNanos - ticker.readNanos()) + 1;
      wait(Math.max(1, Math.min(POLL_MILLIS, millis)));
    }
  }

  /** Returns a due channel; null when none is due. */
  synchronized @Nullable Task poll() {
    Entry next = queue.peek();
    if (next == null || ticker.readNanos() - next.dueNanos < 0) {
      return null;
    }
    queue.remove();
    Map<Integer, Long> marked = new HashMap<>();
    next.spans.forEach((partition, span) -> marked.put(partition, span.first));
    return new Task(next.channel, marked, next.allPartitions, next.version);
  }

  /** Records that the channel has been relayed up to this position. */
  synchronized void recordProgress(TenantChannel channel, Position relayed, long timeMillis) {
    Entry entry = entries.get(channel);
    if (entry != null) {
      Span span = entry.spans.get(relayed.partition());
      if (span != null) {
        span.done = Math.max(span.done, relayed.sequence());
      }
      entry.sinceMillis = Math.max(entry.sinceMillis, timeMillis);
    }
  }

  /**
   * Removes a channel that has been relayed completely, unless it was marked again since it was
   * taken.
   */
  synchronized void done(Task task) {
    Entry entry = entries.get(task.channel());
    if (entry == null) {
      return;
    }
    if (entry.version == task.version()) {
      entries.remove(task.channel());
    } else {
      entry.sinceMillis = clock.nowMillis();
      queue(entry, BATCH_DELAY);
    }
  }

  /** Returns a channel that has more to relay, to be tried again after a delay. */
  synchronized void retryLater(Task task, Duration after) {
    Entry entry = entries.get(task.channel());
    if (entry != null) {
      queue(entry, after);
    }
  }

  /** Returns whether a channel did not fit since the last call. */
  synchronized boolean takeOverflow() {
    boolean was = overflowed;
    overflowed = false;
    return was;
  }

  synchronized boolean isEmpty() {
    return entries.isEmpty();
  }

  synchronized RelayStatus.Lag lag() {
    long publications = 0;
    long oldest = Long.MAX_VALUE;
    for (Entry entry : entries.values()) {
      long open = 0;
      for (Span span : entry.spans.values()) {
        open += Math.max(0, span.last - span.done);
      }
      publications += open;
      if (open > 0) {
        oldest = Math.min(oldest, entry.sinceMillis);
      }
    }
    return publications == 0
        ? RelayStatus.Lag.NONE
        : new RelayStatus.Lag(publications, Math.max(0, clock.nowMillis() - oldest));
  }

  /** Ends the waiting in {@link #take}. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
