package io.broadcasty.metrics.prometheus;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.metrics.Exposition;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.metrics.Meters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows meters in Micrometer's Prometheus registry. */
@ThreadSafe
public final class PrometheusMeters implements Meters, Exposition {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** The meters, retained here because Micrometer holds its sources weakly. Guarded by this. */
  @GuardedBy("this")
  private final Map<Key, Meter> meters = new HashMap<>();

  /** One collector for each family, with all its label values. */
  @GuardedBy("this")
  private final Map<MeterFamily, Histograms> histograms = new HashMap<>();

  private record Key(MeterFamily family, List<String> labels) {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when there is one already of this family and with these labels
   */
  @Override
  public synchronized void add(Meter meter) {
    MeterFamily family = meter.family();
    if (meters.putIfAbsent(new Key(family, meter.labels()), meter) != null) {
      throw new IllegalArgumentException(
          "There is already a meter " + family.name() + " with " + meter.labels());
    }
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < meter.labels().size(); i++) {
      tags.add(Tag.of(family.labels().get(i), meter.labels().get(i)));
    }
    var unused =
        switch (family.kind()) {
          case COUNTER ->
              FunctionCounter.builder(family.name(), meter, Meter::value)
                  .tags(tags)
                  .description(family.description())
                  .register(registry);
          case GAUGE ->
              Gauge.builder(family.name(), meter, Meter::value)
                  .tags(tags)
                  .description(family.description())
                  .register(registry);
          case HISTOGRAM -> throw new IllegalArgumentException(family.name() + " is a histogram");
        };
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException when there is one already of this family and with these labels
   */
  @Override
  public synchronized void add(HistogramMeter meter) {
    Histograms known = histograms.get(meter.family());
    if (known == null) {
      known = new Histograms(meter.family());
      histograms.put(meter.family(), known);
      registry.getPrometheusRegistry().register(known);
    }
    known.add(meter);
  }

  @Override
  public String text() {
    return registry.scrape();
  }

  @Override
  public synchronized void close() {
    registry.close();
    meters.clear();
    histograms.clear();
  }
}
