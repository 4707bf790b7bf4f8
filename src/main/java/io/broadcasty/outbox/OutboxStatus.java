package io.broadcasty.outbox;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the reader of a source on this node has done and found. */
@ThreadSafe
public final class OutboxStatus {

  private static final double MICROS = 1_000_000;

  private final LongAdder published = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private volatile long lagMicros;
  private volatile @Nullable String error;

  /** Records a round that was committed. */
  void recordRound(long publishedRows, long refusedRows, long oldestMicros) {
    published.add(publishedRows);
    refused.add(refusedRows);
    lagMicros = oldestMicros;
  }

  /**
   * Records whether the table could be used.
   *
   * @param reason null when it could
   */
  void recordError(@Nullable String reason) {
    if (reason != null) {
      errors.increment();
    }
    error = reason;
  }

  /** Returns the rows that this node has published. */
  public long published() {
    return published.sum();
  }

  /** Returns the rows that this node has set aside. */
  public long refused() {
    return refused.sum();
  }

  /** Returns how often the table could not be used. */
  public long errors() {
    return errors.sum();
  }

  /** Returns how old the first row was when this node last looked; 0 without a row. */
  public double lagSeconds() {
    return lagMicros / MICROS;
  }

  /** Returns why the table cannot be used; null when it can. */
  public @Nullable String error() {
    return error;
  }
}
