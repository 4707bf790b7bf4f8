package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.PublicationEvent;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.concurrent.atomic.LongAdder;

/** Counts publications by outcome. */
@ThreadSafe
public final class PublishCounts implements RealtimeListener {

  private final LongAdder[] counts = new LongAdder[PublishResult.values().length];

  public PublishCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  @Override
  public void onPublished(PublicationEvent.Published event) {
    counts[event.result().ordinal()].increment();
  }

  /** Returns how many publications had this outcome since the start. */
  public long count(PublishResult result) {
    return counts[result.ordinal()].sum();
  }
}
