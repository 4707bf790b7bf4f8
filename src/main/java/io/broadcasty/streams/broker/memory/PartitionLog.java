package io.broadcasty.streams.broker.memory;

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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One partition's stream: a ring of the kept publications, indexed by sequence. Its monitor defines
 * the partition's order: publications are appended and announced while holding it.
 */
final class PartitionLog {

  private static final int INITIAL_CAPACITY = 16;

  private final String epoch;
  private final int partition;

  private @Nullable Publication[] ring = new @Nullable Publication[INITIAL_CAPACITY];
  private long first = 1;
  private long head;
  private long bytes;
  private long lastAppendMillis;
  private boolean evicted;

  PartitionLog(String epoch, int partition, long nowMillis) {
    this.epoch = epoch;
    this.partition = partition;
    this.lastAppendMillis = nowMillis;
  }

  /**
   * Appends and announces a publication; returns null when the log has been evicted and another one
   * must be created.
   */
  synchronized @Nullable Position append(
      Envelope envelope, long nowMillis, Retention retention, PublicationListener listener) {
    if (evicted) {
      return null;
    }
    Position position = new Position(epoch, partition, ++head);
    Publication publication = new Publication(envelope, position, nowMillis);
    if (head - first + 1 > ring.length) {
      grow();
    }
    ring[index(head)] = publication;
    bytes += envelope.costBytes();
    lastAppendMillis = nowMillis;
    trim(nowMillis, retention);
    listener.onPublication(publication);
    return position;
  }

  synchronized ReplayPage read(ReplayRequest request, long nowMillis, Retention retention) {
    trim(nowMillis, retention);
    StreamState state = state();
    StreamState.Resume resume = state.resume(request.epoch(), request.after());
    List<Publication> page = new ArrayList<>();
    long pageBytes = 0;
    for (long s = resume.after() + 1; s <= head && page.size() < request.maxCount(); s++) {
      Publication publication = at(s);
      pageBytes += publication.envelope().costBytes();
      if (pageBytes > request.maxBytes() && !page.isEmpty()) {
        break;
      }
      page.add(publication);
    }
    return new ReplayPage(state, page, resume.lost());
  }

  synchronized StreamState state(long nowMillis, Retention retention) {
    trim(nowMillis, retention);
    return state();
  }

  /**
   * Marks the log as evicted when it keeps nothing and nothing has been appended since the given
   * time.
   */
  synchronized boolean evictIfIdle(long nowMillis, Retention retention, long idleSinceMillis) {
    trim(nowMillis, retention);
    evicted = first > head && lastAppendMillis < idleSinceMillis;
    return evicted;
  }

  private StreamState state() {
    return new StreamState(epoch, partition, first, head);
  }

  private void trim(long nowMillis, Retention retention) {
    long oldestMillis = nowMillis - retention.age().toMillis();
    while (first <= head
        && (head - first + 1 > retention.maxCount()
            || (bytes > retention.maxBytes() && first < head)
            || at(first).timeMillis() < oldestMillis)) {
      bytes -= at(first).envelope().costBytes();
      ring[index(first)] = null;
      first++;
    }
    if (first > head && ring.length > INITIAL_CAPACITY) {
      ring = new @Nullable Publication[INITIAL_CAPACITY];
    }
  }

  private Publication at(long sequence) {
    return Objects.requireNonNull(ring[index(sequence)]);
  }

  private int index(long sequence) {
    return (int) (sequence & (ring.length - 1));
  }

  private void grow() {
    @Nullable Publication[] old = ring;
    ring = new @Nullable Publication[old.length * 2];
    for (long s = first; s < head; s++) {
      ring[index(s)] = old[(int) (s & (old.length - 1))];
    }
  }
}
