package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts values by size: how many lie at or below each of some fixed bounds. To record costs a
 * search among the bounds and two additions.
 */
@ThreadSafe
public final class Histogram {

  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  /**
   * @param bounds in ascending order, in the unit that its family's name says
   * @throws IllegalArgumentException when they do not ascend
   */
  public Histogram(double... bounds) {
    this.bounds = bounds.clone();
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
      if (i > 0 && i < bounds.length && !(bounds[i - 1] < bounds[i])) {
        throw new IllegalArgumentException("bounds must ascend: " + Arrays.toString(bounds));
      }
    }
  }

  /** Counts a value. */
  public void record(double value) {
    int at = Arrays.binarySearch(bounds, value);
    counts[at >= 0 ? at : -at - 1].increment();
    sum.add(value);
  }

  /** The bounds, without that above the last, which is infinite. */
  public double[] bounds() {
    return bounds.clone();
  }

  /** How many values lie above the bound before and not above each, the infinite one included. */
  public long[] counts() {
    return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
  }

  /** How many values lie not above the bound of this place; of the last, all. */
  public long upTo(int place) {
    long total = 0;
    for (int i = 0; i <= place; i++) {
      total += counts[i].sum();
    }
    return total;
  }

  /** How many there are. */
  public long count() {
    return upTo(bounds.length);
  }

  /** All values added up. */
  public double sum() {
    return sum.sum();
  }
}
