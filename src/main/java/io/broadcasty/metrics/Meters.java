package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;

/**
 * What shows meters to whoever watches: keeps them until it is closed, and reads a value only when
 * it is asked for it.
 */
@ThreadSafe
public interface Meters extends AutoCloseable {

  /** Shows one more; of a family and certain labels there is one. */
  void add(Meter meter);

  /** Shows one more histogram; of a family and certain labels there is one. */
  void add(HistogramMeter meter);

  /** Shows several more. */
  default void addAll(List<Meter> meters) {
    meters.forEach(this::add);
  }

  /** Shows none any more. */
  @Override
  void close();

  /** What is given to it is shown by each of them. */
  static Meters all(List<Meters> each) {
    List<Meters> targets = List.copyOf(each);
    return new Meters() {

      @Override
      public void add(Meter meter) {
        targets.forEach(target -> target.add(meter));
      }

      @Override
      public void add(HistogramMeter meter) {
        targets.forEach(target -> target.add(meter));
      }

      @Override
      public void close() {
        targets.forEach(Meters::close);
      }
    };
  }
}
