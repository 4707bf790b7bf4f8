package io.broadcasty.streams.broker.memory;

import io.broadcasty.streams.broker.Publication;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The kept publications of a partition, indexed by sequence. Used by one thread at a time. */
final class PublicationRing {

  private static final int INITIAL_CAPACITY = 4;

  private @Nullable Publication[] ring = new @Nullable Publication[INITIAL_CAPACITY];
  private int[] costs = new int[INITIAL_CAPACITY];
  private long first = 1;
  private long head;
  private long bytes;

  void append(Publication publication, int costBytes) {
    if (size() == ring.length) {
      resize(ring.length * 2);
    }
    head++;
    ring[index(head)] = publication;
    costs[index(head)] = costBytes;
    bytes += costBytes;
  }

  void removeFirst() {
    bytes -= costs[index(first)];
    ring[index(first)] = null;
    first++;
    if (ring.length > INITIAL_CAPACITY && size() < ring.length / 4) {
      resize(ring.length / 2);
    }
  }

  /** Replaces a publication that is kept; its cost stays as it was. */
  void replace(Publication publication) {
    ring[index(publication.position().sequence())] = publication;
  }

  Publication at(long sequence) {
    return Objects.requireNonNull(ring[index(sequence)]);
  }

  int costBytes(long sequence) {
    return costs[index(sequence)];
  }

  /** Returns the oldest sequence kept; {@code head + 1} when nothing is kept. */
  long first() {
    return first;
  }

  long head() {
    return head;
  }

  long size() {
    return head - first + 1;
  }

  boolean isEmpty() {
    return first > head;
  }

  /** Returns the sum of the costs of the publications that are kept. */
  long bytes() {
    return bytes;
  }

  private int index(long sequence) {
    return (int) (sequence & (ring.length - 1));
  }

  private void resize(int capacity) {
    @Nullable Publication[] oldRing = ring;
    int[] oldCosts = costs;
    int oldMask = oldRing.length - 1;
    ring = new @Nullable Publication[capacity];
    costs = new int[capacity];
    for (long s = first; s <= head; s++) {
      ring[index(s)] = oldRing[(int) (s & oldMask)];
      costs[index(s)] = oldCosts[(int) (s & oldMask)];
    }
  }
}
