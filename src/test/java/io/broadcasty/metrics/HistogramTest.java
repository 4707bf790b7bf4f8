package io.broadcasty.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HistogramTest {

  private static final MeterFamily WAIT =
      new MeterFamily(
          "test_wait_seconds", MeterFamily.Kind.HISTOGRAM, List.of("outcome"), "How long.");

  @Test
  void aValueCountsAtTheFirstBoundThatIsNotBelowIt() {
    Histogram histogram = new Histogram(0.5, 1, 10);
    for (double value : new double[] {0, 0.5, 0.6, 1, 10, 10.1, 1e9}) {
      histogram.record(value);
    }
    assertArrayEquals(new long[] {2, 2, 1, 2}, histogram.counts());
    assertEquals(2, histogram.cumulativeCount(0));
    assertEquals(4, histogram.cumulativeCount(1));
    assertEquals(5, histogram.cumulativeCount(2));
    assertEquals(7, histogram.cumulativeCount(3));
    assertEquals(7, histogram.count());
    assertEquals(1e9 + 22.2, histogram.sum(), 1e-3);
  }

  @Test
  void boundsAscend() {
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, 2, 0));
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, Double.NaN));
  }

  @Test
  void asGaugesItReadsAsPrometheusWritesIt() {
    Histogram histogram = new Histogram(0.25, 2);
    HistogramMeter meter = new HistogramMeter(WAIT, List.of("ok"), histogram);
    List<Meter> gauges = meter.asGauges();
    histogram.record(0.25);
    histogram.record(3);
    assertEquals(
        """
        test_wait_seconds_bucket [outcome, le] [ok, 0.25] 1.0
        test_wait_seconds_bucket [outcome, le] [ok, 2.0] 1.0
        test_wait_seconds_bucket [outcome, le] [ok, +Inf] 2.0
        test_wait_seconds_sum [outcome] [ok] 3.25
        test_wait_seconds_count [outcome] [ok] 2.0
        """,
        gauges.stream()
            .map(
                gauge ->
                    "%s %s %s %s\n"
                        .formatted(
                            gauge.family().name(),
                            gauge.family().labels(),
                            gauge.labels(),
                            gauge.value()))
            .collect(Collectors.joining()));
  }

  @Test
  void itsMeterHasTheLabelsOfAFamilyOfItsKind() {
    Histogram histogram = new Histogram(1);
    assertThrows(
        IllegalArgumentException.class, () -> new HistogramMeter(WAIT, List.of(), histogram));
    MeterFamily gauge =
        new MeterFamily("test_wait", MeterFamily.Kind.GAUGE, List.of(), "How long.");
    assertThrows(
        IllegalArgumentException.class, () -> new HistogramMeter(gauge, List.of(), histogram));
    assertThrows(IllegalArgumentException.class, () -> new Meter(WAIT, List.of("ok"), () -> 1));
  }
}
