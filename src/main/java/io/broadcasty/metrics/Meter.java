package io.broadcasty.metrics;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * One value that can be read at any time.
 *
 * @param labels what the labels of its family say, in their order
 * @param source tells the value; asked by the threads of whoever watches, so it is quick, asks
 *     nobody else, and may be called by several threads
 */
public record Meter(MeterFamily family, List<String> labels, DoubleSupplier source) {

  private static final System.Logger LOG = System.getLogger(Meter.class.getName());

  /**
   * @throws IllegalArgumentException when there are more or fewer labels than the family has, or
   *     its meters are histograms
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

  /** The value now; not a number when it cannot be told. */
  public double value() {
    try {
      return source.getAsDouble();
    } catch (RuntimeException e) { // one that fails must not keep the others from being read
      LOG.log(System.Logger.Level.DEBUG, family.name() + " cannot be told", e);
      return Double.NaN;
    }
  }
}
