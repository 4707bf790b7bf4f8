package io.broadcasty.server;

import io.broadcasty.admin.policy.PolicySnapshot;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.tenant.TenantId;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads policies again when a control message announces a change, and has what they do not allow
 * any more end on open streams.
 */
final class PolicyRefresh implements ControlListener {

  private static final System.Logger LOG = System.getLogger(PolicyRefresh.class.getName());

  /** A stream may be admitted by the former policies, so streams are narrowed this often. */
  private static final int SWEEPS = 5;

  private final PolicySnapshot policies;
  private final Executor executor;
  private final Consumer<TenantId> narrowStreams;
  private final ConcurrentHashMap<TenantId, Integer> narrowing = new ConcurrentHashMap<>();
  private volatile boolean missed;

  /**
   * Creates a listener that reads nothing yet.
   *
   * @param executor runs the reading, which may block; one task at a time
   * @param narrowStreams ends what the policies do not allow a tenant's streams any more
   */
  PolicyRefresh(PolicySnapshot policies, Executor executor, Consumer<TenantId> narrowStreams) {
    this.policies = policies;
    this.executor = executor;
    this.narrowStreams = narrowStreams;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.PoliciesChanged changed) {
      schedule(changed.tenant());
    }
  }

  @Override
  public void onMissed() {
    schedule(null);
  }

  /** Retries what could not be read; call it periodically. */
  void retry() {
    if (missed) {
      schedule(null);
    }
  }

  /** Narrows the streams of tenants whose policies have changed; call it about once a second. */
  void sweep() {
    for (TenantId tenant : narrowing.keySet()) {
      if (policies.isUnread(tenant)) { // they would end, although they may still be allowed
        continue;
      }
      narrowStreams.accept(tenant);
      narrowing.computeIfPresent(tenant, (key, left) -> left > 1 ? left - 1 : null);
    }
  }

  private void schedule(@Nullable TenantId tenant) {
    if (tenant != null) {
      policies.markChanged(tenant);
    }
    try {
      executor.execute(() -> refresh(tenant));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void refresh(@Nullable TenantId tenant) {
    if (tenant == null) {
      Set<TenantId> changed = policies.refreshAll();
      missed = changed == null;
      if (changed != null) {
        changed.forEach(this::narrow);
      }
    } else if (policies.refresh(tenant)) {
      narrow(tenant);
    } else {
      missed = true;
    }
  }

  private void narrow(TenantId tenant) {
    narrowing.put(tenant, SWEEPS);
    narrowStreams.accept(tenant);
  }
}
