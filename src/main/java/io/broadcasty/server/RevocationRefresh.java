package io.broadcasty.server;

import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.revocation.RevocationSnapshot;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Applies revocations when a control message announces them, and has the streams end whose tokens
 * are revoked. Reads the store when messages were missed or a revocation was lifted.
 */
final class RevocationRefresh implements ControlListener {

  private static final System.Logger LOG = System.getLogger(RevocationRefresh.class.getName());

  /**
   * A stream may be admitted just before its token is revoked, and be registered after its streams
   * were ended, so they are ended this often.
   */
  private static final int SWEEPS = 10;

  private final RevocationSnapshot revocations;
  private final Executor executor;
  private final WallClock clock;
  private final Consumer<RevocationTarget> endStreams;
  private final ConcurrentHashMap<RevocationTarget, Integer> ending = new ConcurrentHashMap<>();
  private volatile boolean missed;

  /**
   * Creates a listener that reads nothing yet.
   *
   * @param executor runs the reading, which may block
   * @param endStreams ends the streams of a target whose tokens are revoked
   */
  RevocationRefresh(
      RevocationSnapshot revocations,
      Executor executor,
      WallClock clock,
      Consumer<RevocationTarget> endStreams) {
    this.revocations = revocations;
    this.executor = executor;
    this.clock = clock;
    this.endStreams = endStreams;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.Revoked revoked) {
      Revocation announced = RevocationAdministration.announced(revoked, clock.nowMillis());
      if (announced != null) {
        revocations.add(announced);
        end(announced.target());
      }
    } else if (message instanceof ControlMessage.RevocationLifted lifted) {
      RevocationTarget.Kind kind = RevocationTarget.Kind.fromWireName(lifted.target());
      if (kind != null) {
        RevocationTarget target = new RevocationTarget(lifted.tenant(), kind, lifted.name());
        schedule(() -> refresh(target));
      }
    }
  }

  @Override
  public void onMissed() {
    schedule(this::refreshAll);
  }

  /** Retries what could not be read; call it periodically. */
  void retry() {
    if (missed) {
      onMissed();
    }
  }

  /** Ends the streams of what was revoked a moment ago; call it about once a second. */
  void sweep() {
    for (RevocationTarget target : ending.keySet()) {
      endStreams.accept(target);
      ending.computeIfPresent(target, (key, left) -> left > 1 ? left - 1 : null);
    }
  }

  private void schedule(Runnable reading) {
    try {
      executor.execute(reading);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void refresh(RevocationTarget target) {
    if (!revocations.refresh(target)) {
      missed = true;
    }
  }

  private void refreshAll() {
    List<RevocationTarget> changed = revocations.refreshAll();
    missed = changed == null;
    if (changed != null) {
      changed.forEach(this::end);
    }
  }

  private void end(RevocationTarget target) {
    ending.put(target, SWEEPS);
    endStreams.accept(target);
  }
}
