package io.broadcasty.metrics;

import java.util.List;

/**
 * Meters of one name, one for each combination of what their labels may say.
 *
 * @param name as Prometheus spells it, its unit in it; a counter ends in {@code _total}
 * @param labels names of the labels, in order; never what there may be any number of, such as
 *     channels or users
 * @param meaning one or two sentences for whoever reads it
 */
public record MeterFamily(String name, Kind kind, List<String> labels, String meaning) {

  private static final String COUNTER_SUFFIX = "_total";

  /** How a value moves. */
  public enum Kind {
    /** Counts since the start of the process; never falls. */
    COUNTER,
    /** Says how it is now. */
    GAUGE,
    /** Counts values by size since the start of the process. */
    HISTOGRAM
  }

  /**
   * @throws IllegalArgumentException when the name is none, or does not end as its kind demands
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
