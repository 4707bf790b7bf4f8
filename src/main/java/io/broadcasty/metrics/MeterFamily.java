package io.broadcasty.metrics;

import java.util.List;

/**
 * The meters of one name, one for each combination of label values.
 *
 * @param name in Prometheus' spelling, including its unit; a counter ends in {@code _total}
 * @param labels the names of the labels, in order; never for unbounded values, such as channels or
 *     users
 * @param description one or two sentences for operators
 */
public record MeterFamily(String name, Kind kind, List<String> labels, String description) {

  private static final String COUNTER_SUFFIX = "_total";

  /** The kinds of values. */
  public enum Kind {
    /** Counts since the start of the process; never decreases. */
    COUNTER,
    /** A current value, which may rise and fall. */
    GAUGE,
    /** Counts values by size since the start of the process. */
    HISTOGRAM
  }

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException when the name is invalid or lacks the ending of its kind
   */
  public MeterFamily {
    labels = List.copyOf(labels);
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException(name + " is not the name of a meter");
    }
    if (name.endsWith(COUNTER_SUFFIX) != (kind == Kind.COUNTER)) {
      throw new IllegalArgumentException(
          name + ": counters, and they alone, end in " + COUNTER_SUFFIX);
    }
  }
}
