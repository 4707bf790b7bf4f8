package io.broadcasty.metrics.microprofile;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.metrics.Meters;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Shows meters in a registry of MicroProfile Metrics, all of them as gauges, since its counters
 * cannot take a value from elsewhere. Replaces a meter that an earlier deployment of the
 * application has left.
 */
@ThreadSafe
final class MicroProfileMeters implements Meters {

  private static final System.Logger LOG = System.getLogger(MicroProfileMeters.class.getName());

  private final MetricRegistry registry;

  @GuardedBy("this")
  private final List<MetricID> added = new ArrayList<>();

  MicroProfileMeters(MetricRegistry registry) {
    this.registry = registry;
  }

  @Override
  public synchronized void add(Meter meter) {
    MeterFamily family = meter.family();
    Tag[] tags = new Tag[meter.labels().size()];
    for (int i = 0; i < tags.length; i++) {
      tags[i] = new Tag(family.labels().get(i), meter.labels().get(i));
    }
    MetricID id = new MetricID(family.name(), tags);
    registry.remove(id);
    registry.gauge(
        Metadata.builder().withName(family.name()).withDescription(family.description()).build(),
        meter,
        Meter::value,
        tags);
    added.add(id);
  }

  @Override
  public void add(HistogramMeter meter) {
    meter.asGauges().forEach(this::add);
  }

  /**
   * Removes all meters, since the server's registry may outlive the application and must not retain
   * it.
   */
  @Override
  public synchronized void close() {
    try {
      added.forEach(registry::remove);
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.DEBUG, "The server removed its registry before", e);
    }
    added.clear();
  }
}
