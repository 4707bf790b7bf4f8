package io.broadcasty.metrics.microprofile;

import io.broadcasty.metrics.Meters;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Finds the server's MicroProfile Metrics registry, if it has one. */
public final class ServerRegistry {

  private static final System.Logger LOG = System.getLogger(ServerRegistry.class.getName());
  private static final String TYPE = "org.eclipse.microprofile.metrics.MetricRegistry";

  private ServerRegistry() {}

  /**
   * Returns the server's registry; empty where the server has no usable MicroProfile Metrics.
   *
   * @param beans any bean of the application
   */
  public static Optional<Meters> meters(Instance<Object> beans) {
    Class<?> type;
    try {
      type = Class.forName(TYPE, false, ServerRegistry.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      LOG.log(Level.DEBUG, "This server has no MicroProfile Metrics", e);
      return Optional.empty();
    }
    try {
      Instance<?> registry = beans.select(type, Default.Literal.INSTANCE);
      return registry.isResolvable()
          ? Optional.of(new MicroProfileMeters((MetricRegistry) registry.get()))
          : Optional.empty();
    } catch (RuntimeException | LinkageError e) {
      LOG.log(
          Level.WARNING,
          "Cannot use the server's MicroProfile Metrics; /broadcasty/metrics still has the meters",
          e);
      return Optional.empty();
    }
  }
}
