package io.broadcasty.metrics.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.metrics.Histogram;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.metrics.MeterFamily.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PrometheusMetersTest {

  private static final MeterFamily LAG =
      new MeterFamily("test_lag_seconds", Kind.GAUGE, List.of(), "How late it is.");
  private static final MeterFamily TRIES =
      new MeterFamily(
          "test_tries_total", Kind.COUNTER, List.of("service", "outcome"), "Tries, \\ by end.");

  private static final MeterFamily WAIT =
      new MeterFamily("test_wait_seconds", Kind.HISTOGRAM, List.of("outcome"), "How long.");

  private final PrometheusMeters meters = new PrometheusMeters();
  private final AtomicLong value = new AtomicLong(3);

  @Test
  void readsAMeterOnRequest() {
    meters.add(new Meter(LAG, List.of(), () -> value.get() / 2.0));
    assertEquals(
        """
        # HELP test_lag_seconds How late it is.
        # TYPE test_lag_seconds gauge
        test_lag_seconds 1.5
        """,
        meters.text());
    value.set(0);
    assertTrue(meters.text().endsWith("\ntest_lag_seconds 0.0\n"), meters::text);
  }

  @Test
  void aFamilyHasAMeterForEachCombinationOfItsLabels() {
    meters.add(new Meter(TRIES, List.of("fcm", "accepted"), () -> 7));
    meters.add(new Meter(TRIES, List.of("apns", "a \"b\" \\ c\n"), value::get));
    assertEquals(
        """
        # HELP test_tries_total Tries, \\\\ by end.
        # TYPE test_tries_total counter
        test_tries_total{outcome="a \\"b\\" \\\\ c\\n",service="apns"} 3.0
        test_tries_total{outcome="accepted",service="fcm"} 7.0
        """,
        meters.text());
  }

  @Test
  void rejectsADuplicateMeter() {
    meters.add(new Meter(TRIES, List.of("fcm", "accepted"), () -> 1));
    meters.add(new Meter(TRIES, List.of("fcm", "rejected"), () -> 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> meters.add(new Meter(TRIES, List.of("fcm", "accepted"), () -> 2)));
    assertThrows(IllegalArgumentException.class, () -> new Meter(TRIES, List.of("fcm"), () -> 1));
  }

  @Test
  void anUnreadableMeterDoesNotAffectOthers() {
    meters.add(new Meter(LAG, List.of(), () -> 1));
    meters.add(
        new Meter(
            TRIES,
            List.of("fcm", "accepted"),
            () -> {
              throw new IllegalStateException("away");
            }));
    String text = meters.text();
    assertTrue(text.contains("test_lag_seconds 1.0\n"), text);
    assertTrue(text.contains("service=\"fcm\"} NaN\n"), text);
  }

  /** Micrometer holds the source of a meter by a weak reference only. */
  @Test
  void retainsItsMeters() {
    meters.add(new Meter(LAG, List.of(), () -> 4));
    meters.add(new Meter(TRIES, List.of("fcm", "accepted"), () -> 5));
    System.gc();
    String text = meters.text();
    assertTrue(text.contains("test_lag_seconds 4.0\n") && text.contains("} 5.0\n"), text);
  }

  @Test
  void aHistogramHasItsBucketsItsSumAndItsCount() {
    Histogram fast = new Histogram(0.5, 2);
    meters.add(new HistogramMeter(WAIT, List.of("ok"), fast));
    meters.add(new HistogramMeter(WAIT, List.of("failed"), new Histogram(0.5, 2)));
    fast.record(0.5);
    fast.record(1);
    fast.record(4);
    assertEquals(
        """
        # HELP test_wait_seconds How long.
        # TYPE test_wait_seconds histogram
        test_wait_seconds_bucket{outcome="failed",le="0.5"} 0
        test_wait_seconds_bucket{outcome="failed",le="2.0"} 0
        test_wait_seconds_bucket{outcome="failed",le="+Inf"} 0
        test_wait_seconds_count{outcome="failed"} 0
        test_wait_seconds_sum{outcome="failed"} 0.0
        test_wait_seconds_bucket{outcome="ok",le="0.5"} 1
        test_wait_seconds_bucket{outcome="ok",le="2.0"} 2
        test_wait_seconds_bucket{outcome="ok",le="+Inf"} 3
        test_wait_seconds_count{outcome="ok"} 3
        test_wait_seconds_sum{outcome="ok"} 5.5
        """,
        meters.text());
    HistogramMeter twin = new HistogramMeter(WAIT, List.of("ok"), new Histogram(1));
    assertThrows(IllegalArgumentException.class, () -> meters.add(twin));
  }

  @Test
  void counterNamesEndInTotal() {
    for (Kind kind : Kind.values()) {
      String wrong = kind == Kind.COUNTER ? "test_tries" : "test_tries_total";
      assertThrows(
          IllegalArgumentException.class, () -> new MeterFamily(wrong, kind, List.of(), ""));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new MeterFamily("test.tries", Kind.GAUGE, List.of(), ""));
  }
}
