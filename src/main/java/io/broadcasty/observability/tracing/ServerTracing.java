package io.broadcasty.observability.tracing;

import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Finds the server's OpenTelemetry, if it has one. References none of its types, so that the WAR
 * deploys where there is none.
 */
public final class ServerTracing {

  private static final System.Logger LOG = System.getLogger(ServerTracing.class.getName());
  private static final String TYPE = "io.opentelemetry.api.OpenTelemetry";

  private ServerTracing() {}

  /**
   * Returns a listener that makes spans; empty where the server gives applications no
   * OpenTelemetry, or a disabled one. Call it while the application starts, when CDI is available.
   *
   * @param node names this node in spans
   */
  public static Optional<RealtimeListener> listener(WallClock clock, String node) {
    try {
      Class.forName(TYPE, false, ServerTracing.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      LOG.log(Level.DEBUG, "This server has no OpenTelemetry", e);
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(TracingListener.ofServer(clock, node));
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.WARNING, "Cannot use the server's OpenTelemetry", e);
      return Optional.empty();
    }
  }
}
