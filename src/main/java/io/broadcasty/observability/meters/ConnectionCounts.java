package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.lifecycle.TransportType;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the connections of this node by transport. */
@ThreadSafe
public final class ConnectionCounts implements RealtimeListener {

  private final AtomicLongArray opened = ofEachType();
  private final AtomicLongArray closed = ofEachType();
  private final AtomicLongArray slow = ofEachType();

  private static AtomicLongArray ofEachType() {
    return new AtomicLongArray(TransportType.values().length);
  }

  @Override
  public void onConnected(ConnectionEvent.Connected event) {
    opened.incrementAndGet(event.connection().transport().ordinal());
  }

  @Override
  public void onDisconnected(ConnectionEvent.Disconnected event) {
    closed.incrementAndGet(event.connection().transport().ordinal());
  }

  @Override
  public void onSlowConsumer(ConnectionEvent.SlowConsumer event) {
    slow.incrementAndGet(event.connection().transport().ordinal());
  }

  /** Returns how many are open. */
  public long openCount(TransportType type) {
    long gone = closed.get(type.ordinal()); // `gone` is read first, so the result is never negative
    return opened.get(type.ordinal()) - gone;
  }

  /** Returns how many were opened since the start. */
  public long openedCount(TransportType type) {
    return opened.get(type.ordinal());
  }

  /** Returns how many were closed since the start because they read too slowly. */
  public long slowConsumers(TransportType type) {
    return slow.get(type.ordinal());
  }
}
