package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.metrics.Histogram;
import io.broadcasty.webhook.WebhookDelivery;
import java.util.concurrent.atomic.LongAdder;

/** Counts the attempts of this node to deliver webhooks. */
@ThreadSafe
public final class WebhookCounts {

  private static final double NANOS = 1e9;

  private final LongAdder delivered = new LongAdder();
  private final LongAdder retrying = new LongAdder();
  private final LongAdder dead = new LongAdder();
  private final LongAdder disabled = new LongAdder();
  private final Histogram durations =
      new Histogram(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15);

  /**
   * Counts an attempt.
   *
   * @param state what has become of the message
   */
  public void record(WebhookDelivery.State state, long tookNanos) {
    adder(state).increment();
    durations.record(tookNanos / NANOS);
  }

  /** Counts an endpoint that is disabled. */
  public void recordDisabled() {
    disabled.increment();
  }

  long count(WebhookDelivery.State state) {
    return adder(state).sum();
  }

  long disabled() {
    return disabled.sum();
  }

  Histogram durations() {
    return durations;
  }

  private LongAdder adder(WebhookDelivery.State state) {
    return switch (state) {
      case DELIVERED -> delivered;
      case WAITING -> retrying;
      case DEAD -> dead;
    };
  }
}
