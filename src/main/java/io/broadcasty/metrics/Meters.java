package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;

/**
 * Port: a registry that shows meters. It keeps them until it is closed, and reads a value only when
 * it is requested.
 */
@ThreadSafe
public interface Meters extends AutoCloseable {

  /** Adds a meter; a family has at most one for each combination of label values. */
  void add(Meter meter);

  /** Adds a histogram; a family has at most one for each combination of label values. */
  void add(HistogramMeter meter);

  /** Adds several meters. */
  default void addAll(List<Meter> meters) {
    meters.forEach(this::add);
  }

  /** Removes all meters. */
  @Override
  void close();

  /** Returns a registry that adds each meter to all the given ones. */
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
