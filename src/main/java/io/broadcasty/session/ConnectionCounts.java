package io.broadcasty.session;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the connections of this node by what they came over. Safe for use by several threads. */
public final class ConnectionCounts {

  private final AtomicLongArray opened = ofEachType();
  private final AtomicLongArray closed = ofEachType();
  private final AtomicLongArray slow = ofEachType();

  ConnectionCounts() {}

  private static AtomicLongArray ofEachType() {
    return new AtomicLongArray(TransportType.values().length);
  }

  void opened(TransportType type) {
    opened.incrementAndGet(type.ordinal());
  }

  void closed(TransportType type) {
    closed.incrementAndGet(type.ordinal());
  }

  void slow(TransportType type) {
    slow.incrementAndGet(type.ordinal());
  }

  /** How many are open. */
  public long open(TransportType type) {
    long gone = closed.get(type.ordinal()); // read first: none has gone that had not come
    return opened.get(type.ordinal()) - gone;
  }

  /** How many were opened since the start. */
  public long total(TransportType type) {
    return opened.get(type.ordinal());
  }

  /** How many were closed since the start because they read too slowly. */
  public long slowConsumers(TransportType type) {
    return slow.get(type.ordinal());
  }
}
