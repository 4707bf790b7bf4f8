package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One partition's stream. Its monitor defines the partition's order: publications are appended and
 * announced while holding it.
 *
 * <p>It holds no lock of another log while it holds its monitor: when the memory is used up, it
 * says so, and the caller makes room before it tries again.
 */
final class PartitionLog {

  private final TenantChannel channel;
  private final String epoch;
  private final int partition;
  private final LogMemory memory;

  @GuardedBy("this")
  private final PublicationRing ring = new PublicationRing();

  private volatile long lastAppendMillis;
  private volatile boolean evicted;

  /**
   * Creates an empty log.
   *
   * @param memory what is reserved for it; released when it is evicted
   */
  PartitionLog(
      TenantChannel channel, String epoch, int partition, long nowMillis, LogMemory memory) {
    this.channel = channel;
    this.epoch = epoch;
    this.partition = partition;
    this.lastAppendMillis = nowMillis;
    this.memory = memory;
  }

  /** The result of an attempt to append. */
  sealed interface Attempt {}

  /** The publication is appended and announced. */
  record Done(Position position) implements Attempt {}

  /** The log has been evicted; another one must be created. */
  record Evicted() implements Attempt {}

  /** There is no memory for the publication. */
  record Full(Grant grant) implements Attempt {}

  private static final Attempt EVICTED = new Evicted();

  /** Appends and announces a publication unless there is no memory for it. */
  synchronized Attempt append(
      Envelope envelope,
      int costBytes,
      long nowMillis,
      Retention retention,
      PublicationListener listener) {
    if (evicted) {
      return EVICTED;
    }
    Grant grant = memory.reserve(ring.bytes() + costBytes);
    if (grant != Grant.GRANTED) {
      trim(nowMillis, retention);
      grant = memory.reserve(ring.bytes() + costBytes);
    }
    if (grant != Grant.GRANTED) {
      return new Full(grant);
    }
    Position position = new Position(epoch, partition, ring.head() + 1);
    Publication publication = new Publication(envelope, position, nowMillis);
    ring.append(publication, costBytes);
    lastAppendMillis = nowMillis;
    trim(nowMillis, retention);
    listener.onPublication(publication);
    return new Done(position);
  }

  synchronized ReplayPage read(ReplayRequest request, long nowMillis, Retention retention) {
    trim(nowMillis, retention);
    StreamState state = state();
    StreamState.Resume resume = state.resume(request.epoch(), request.after());
    List<Publication> page = new ArrayList<>();
    long pageBytes = 0;
    for (long s = resume.after() + 1; s <= ring.head() && page.size() < request.maxCount(); s++) {
      pageBytes += ring.costBytes(s);
      if (pageBytes > request.maxBytes() && !page.isEmpty()) {
        break;
      }
      page.add(ring.at(s));
    }
    return new ReplayPage(state, page, resume.lost());
  }

  /** Erases the messages of those publications that are kept, and returns how many these are. */
  synchronized int erase(String ofEpoch, Set<Long> sequences) {
    if (!ofEpoch.equals(epoch)) {
      return 0;
    }
    int erased = 0;
    for (long sequence : sequences) {
      if (sequence >= ring.first() && sequence <= ring.head()) {
        ring.replace(ring.at(sequence).erased());
        erased++;
      }
    }
    return erased;
  }

  synchronized StreamState state(long nowMillis, Retention retention) {
    trim(nowMillis, retention);
    return state();
  }

  /**
   * Drops the oldest publications until about this many bytes are free.
   *
   * @param keep how many of the newest publications are kept in any case
   * @return the bytes that were released
   */
  synchronized long giveWay(long wantedBytes, int keep) {
    long before = memory.reservedBytes();
    memory.shrinkTo(ring.bytes());
    while (!evicted && ring.size() > keep && before - memory.reservedBytes() < wantedBytes) {
      ring.removeFirst();
      memory.shrinkTo(ring.bytes());
    }
    return before - memory.reservedBytes();
  }

  /**
   * Evicts the log when it keeps nothing and nothing has been appended since the given time: it
   * then releases all its memory, and appends nothing more.
   */
  synchronized boolean evictIfIdle(long nowMillis, Retention retention, long idleSinceMillis) {
    trim(nowMillis, retention);
    return lastAppendMillis < idleSinceMillis && evictIfEmpty();
  }

  /** Evicts the log when it keeps nothing. */
  synchronized boolean evictIfEmpty() {
    if (ring.isEmpty() && !evicted) {
      evicted = true;
      memory.close();
    }
    return evicted;
  }

  /** Drops everything and evicts the log. */
  synchronized boolean evict() {
    giveWay(Long.MAX_VALUE, 0);
    return evictIfEmpty();
  }

  TenantChannel channel() {
    return channel;
  }

  long lastAppendMillis() {
    return lastAppendMillis;
  }

  boolean isEvicted() {
    return evicted;
  }

  @GuardedBy("this")
  private StreamState state() {
    return new StreamState(epoch, partition, ring.first(), ring.head());
  }

  @GuardedBy("this")
  private void trim(long nowMillis, Retention retention) {
    long oldestMillis = nowMillis - retention.age().toMillis();
    boolean trimmed = false;
    while (!ring.isEmpty()
        && (ring.size() > retention.maxCount()
            || (ring.bytes() > retention.maxBytes() && ring.size() > 1)
            || ring.at(ring.first()).timeMillis() < oldestMillis)) {
      ring.removeFirst();
      trimmed = true;
    }
    if (trimmed) {
      memory.trimTo(ring.bytes());
    }
  }
}
