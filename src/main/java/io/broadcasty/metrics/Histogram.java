package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts values by size: how many are at or below each of some fixed bounds. Recording a value
 * costs a search among the bounds and two additions.
 */
@ThreadSafe
public final class Histogram {

  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  /**
   * Creates an empty histogram.
   *
   * @param bounds in ascending order, in the unit that its family's name states
   * @throws IllegalArgumentException when they do not ascend
   */
  public Histogram(double... bounds) {
    this.bounds = bounds.clone();
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
      if (i > 0 && i < bounds.length && !(bounds[i - 1] < bounds[i])) {
        throw new IllegalArgumentException("Bounds must ascend: " + Arrays.toString(bounds));
      }
    }
  }

  /** Counts a value. */
  public void record(double value) {
    int at = Arrays.binarySearch(bounds, value);
    counts[at >= 0 ? at : -at - 1].increment();
    sum.add(value);
  }

  /** Returns the bounds without the last one, which is infinite. */
  public double[] bounds() {
    return bounds.clone();
  }

  /**
   * Returns how many values are above the previous bound and at most each bound, including the
   * infinite one.
   */
  public long[] counts() {
    return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
  }

  /** Returns how many values are at most the bound of this index; for the last index, all. */
  public long cumulativeCount(int place) {
    long total = 0;
    for (int i = 0; i <= place; i++) {
      total += counts[i].sum();
    }
    return total;
  }

  /** Returns the number of values. */
  public long count() {
    return cumulativeCount(bounds.length);
  }

  /** Returns the sum of all values. */
  public double sum() {
    return sum.sum();
  }
}
