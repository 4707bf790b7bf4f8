package io.broadcasty.metrics;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * A single value that can be read at any time.
 *
 * @param labels the values of the family's labels, in their order
 * @param source returns the value; called by the threads of registries, so it is quick, has no side
 *     effects, and may be called concurrently
 */
public record Meter(MeterFamily family, List<String> labels, DoubleSupplier source) {

  private static final System.Logger LOG = System.getLogger(Meter.class.getName());

  /**
   * Checks the family and labels.
   *
   * @throws IllegalArgumentException when the family has more or fewer labels, or is a histogram
   */
  public Meter {
    labels = List.copyOf(labels);
    if (family.kind() == MeterFamily.Kind.HISTOGRAM) {
      throw new IllegalArgumentException(family.name() + " is a histogram, not one value");
    }
    if (labels.size() != family.labels().size()) {
      throw new IllegalArgumentException(family.name() + " has the labels " + family.labels());
    }
  }

  /** Returns the current value; NaN when it cannot be read. */
  public double value() {
    try {
      return source.getAsDouble();
    } catch (RuntimeException e) { // one failing meter must not prevent the others from being read
      LOG.log(System.Logger.Level.DEBUG, family.name() + " cannot be read", e);
      return Double.NaN;
    }
  }
}
