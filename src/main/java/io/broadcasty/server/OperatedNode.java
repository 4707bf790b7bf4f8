package io.broadcasty.server;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.delivery.session.SuspensionReason;
import io.broadcasty.observability.mbeans.NodeMXBean;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The node in the hands of those who operate the server: they drain it before maintenance, and have
 * it serve again.
 *
 * @param spread the time over which connections end
 * @param sinceSweep returns the time since the last check of all connections
 * @param audit writes an action to the audit log; it may block
 */
@ThreadSafe
@SuppressWarnings("ThreadSafe") // executors and suppliers are
record OperatedNode(
    NodeIdentity identity,
    Sessions sessions,
    Duration spread,
    ScheduledExecutorService scheduler,
    Supplier<Duration> sinceSweep,
    Consumer<String> audit)
    implements NodeMXBean {

  private static final System.Logger LOG = System.getLogger(OperatedNode.class.getName());

  private static final Problem DRAINED =
      new Problem(
          Code.DRAINING,
          "an operator has drained this node; reconnect to another one and resume",
          Duration.ofSeconds(1));

  @Override
  public String getName() {
    return identity.name();
  }

  @Override
  public String getVersion() {
    return identity.version();
  }

  @Override
  public String getStartedAt() {
    return identity.startedAt().toString();
  }

  @Override
  public String getState() {
    if (sessions.isDraining()) {
      return "stopping";
    }
    if (sessions.isSuspended(SuspensionReason.OPERATOR)) {
      return "drained";
    }
    return sessions.suspension() == null ? "serving" : "suspended";
  }

  @Override
  public String getStateReason() {
    Problem suspension = sessions.suspension();
    return suspension == null ? "" : suspension.detail();
  }

  @Override
  public long getMillisSinceSweep() {
    return sinceSweep.get().toMillis();
  }

  @Override
  public void drain() {
    if (!sessions.isSuspended(SuspensionReason.OPERATOR)) {
      LOG.log(Level.INFO, "An operator drains this node over {0}", spread);
      sessions.suspend(SuspensionReason.OPERATOR, DRAINED, spread, scheduler);
      audit.accept("node.drain");
    }
  }

  @Override
  public void resume() {
    if (sessions.isSuspended(SuspensionReason.OPERATOR)) {
      sessions.resume(SuspensionReason.OPERATOR);
      LOG.log(Level.INFO, "An operator has this node serve again");
      audit.accept("node.resume");
    }
  }
}
