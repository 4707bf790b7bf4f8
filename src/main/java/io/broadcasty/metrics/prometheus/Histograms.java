package io.broadcasty.metrics.prometheus;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.metrics.Histogram;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.MeterFamily;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The histograms of one family, read when Prometheus scrapes. */
@ThreadSafe
final class Histograms implements Collector {

  private final MeterFamily family;
  private final List<HistogramMeter> meters = new CopyOnWriteArrayList<>();

  Histograms(MeterFamily family) {
    this.family = family;
  }

  void add(HistogramMeter meter) {
    for (HistogramMeter known : meters) {
      if (known.labels().equals(meter.labels())) {
        throw new IllegalArgumentException(
            "There is already a meter " + family.name() + " with " + meter.labels());
      }
    }
    meters.add(meter);
  }

  @Override
  @SuppressWarnings("deprecation") // the registry calls it
  public String getPrometheusName() {
    return family.name();
  }

  @Override
  public MetricSnapshot collect() {
    HistogramSnapshot.Builder snapshot =
        HistogramSnapshot.builder().name(family.name()).help(family.description());
    for (HistogramMeter meter : meters) {
      Histogram histogram = meter.histogram();
      double[] finite = histogram.bounds();
      double[] bounds = Arrays.copyOf(finite, finite.length + 1);
      bounds[finite.length] = Double.POSITIVE_INFINITY;
      long[] counts = histogram.counts();
      Number[] boxed = Arrays.stream(counts).boxed().toArray(Number[]::new);
      snapshot.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(
                  Labels.of(
                      family.labels().toArray(String[]::new),
                      meter.labels().toArray(String[]::new)))
              .classicHistogramBuckets(
                  ClassicHistogramBuckets.of(
                      Arrays.stream(bounds).boxed().toList(), Arrays.asList(boxed)))
              .sum(histogram.sum())
              .build());
    }
    return snapshot.build();
  }
}
