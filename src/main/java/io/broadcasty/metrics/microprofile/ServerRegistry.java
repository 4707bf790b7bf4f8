package io.broadcasty.metrics.microprofile;

import io.broadcasty.metrics.Meters;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Finds the registry of the server, if it has one. */
public final class ServerRegistry {

  private static final System.Logger LOG = System.getLogger(ServerRegistry.class.getName());
  private static final String TYPE = "org.eclipse.microprofile.metrics.MetricRegistry";

  private ServerRegistry() {}

  /**
   * What shows meters there; nothing where the server has no MicroProfile Metrics, or they cannot
   * be used.
   *
   * @param beans any of the application's
   */
  public static Optional<Meters> meters(Instance<Object> beans) {
    Class<?> type;
    try {
      type = Class.forName(TYPE, false, ServerRegistry.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      LOG.log(Level.DEBUG, "this server has no MicroProfile Metrics", e);
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
          "the server's MicroProfile Metrics cannot be used; /broadcasty/metrics has the meters",
          e);
      return Optional.empty();
    }
  }
}
