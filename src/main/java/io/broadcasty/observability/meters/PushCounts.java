package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts dispatches of notifications by service and outcome. */
@ThreadSafe
public final class PushCounts implements RealtimeListener {

  private final ConcurrentHashMap<Key, LongAdder> counts = new ConcurrentHashMap<>();

  /** The number of keys is bounded by the services and outcomes. */
  private record Key(String service, String outcome) {}

  @Override
  public void onPushed(PublicationEvent.Pushed event) {
    counts
        .computeIfAbsent(new Key(event.service(), event.outcome()), key -> new LongAdder())
        .increment();
  }

  /** Returns how many dispatches of this service had this outcome on this node since the start. */
  public long count(String service, String outcome) {
    LongAdder count = counts.get(new Key(service, outcome));
    return count == null ? 0 : count.sum();
  }
}
