package io.broadcasty.messaging;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.concurrent.atomic.LongAdder;

/** Counts what one connector has received on this node. */
@ThreadSafe
public final class ConnectorCounts {

  private final LongAdder published = new LongAdder();
  private final LongAdder repeated = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();
  private volatile boolean connected;

  void record(MessagePublisher.Result result) {
    if (result instanceof MessagePublisher.Published done) {
      (done.repeated() ? repeated : published).increment();
    } else {
      deadLettered.increment();
    }
  }

  void setConnected(boolean now) {
    connected = now;
  }

  /** Returns how many messages were published. */
  public long published() {
    return published.sum();
  }

  /** Returns how many messages had been published before, and were delivered again. */
  public long repeated() {
    return repeated.sum();
  }

  /** Returns how many messages went to the dead-letter queue. */
  public long deadLettered() {
    return deadLettered.sum();
  }

  /** Returns whether the connector receives messages. */
  public boolean isConnected() {
    return connected;
  }
}
