package io.broadcasty.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A histogram with its family and labels.
 *
 * @param labels the values of the family's labels, in their order
 */
public record HistogramMeter(MeterFamily family, List<String> labels, Histogram histogram) {

  /**
   * Checks the family and labels.
   *
   * @throws IllegalArgumentException when the family is of another kind, or has more or fewer
   *     labels
   */
  public HistogramMeter {
    labels = List.copyOf(labels);
    if (family.kind() != MeterFamily.Kind.HISTOGRAM || labels.size() != family.labels().size()) {
      throw new IllegalArgumentException(
          family.name() + " is a " + family.kind() + " with the labels " + family.labels());
    }
  }

  /**
   * Returns the histogram as single values, for a registry that cannot show a histogram counted
   * elsewhere: {@code …_bucket} with a label {@code le} for each bound, {@code …_sum} and {@code
   * …_count}, as Prometheus names them.
   */
  public List<Meter> asGauges() {
    List<Meter> gauges = new ArrayList<>();
    List<String> names = new ArrayList<>(family.labels());
    names.add("le");
    MeterFamily buckets = gauge("_bucket", names);
    double[] bounds = histogram.bounds();
    for (int i = 0; i <= bounds.length; i++) {
      int place = i;
      List<String> values = new ArrayList<>(labels);
      values.add(i == bounds.length ? "+Inf" : text(bounds[i]));
      gauges.add(new Meter(buckets, values, () -> histogram.cumulativeCount(place)));
    }
    gauges.add(new Meter(gauge("_sum", family.labels()), labels, histogram::sum));
    gauges.add(new Meter(gauge("_count", family.labels()), labels, histogram::count));
    return gauges;
  }

  private MeterFamily gauge(String suffix, List<String> names) {
    return new MeterFamily(
        family.name() + suffix, MeterFamily.Kind.GAUGE, names, family.description());
  }

  private static String text(double bound) {
    return bound == Math.rint(bound)
        ? String.format(Locale.ROOT, "%.1f", bound)
        : Double.toString(bound);
  }
}
