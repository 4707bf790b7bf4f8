package io.broadcasty.server;

import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.tenant.RefreshedTenantSettings;
import io.broadcasty.core.tenant.TenantId;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reloads tenant settings when a control message announces a change. Changes of one tenant that
 * arrive before its reload begins are covered by that one reload.
 */
final class TenantSettingsRefresh implements ControlListener {

  private static final System.Logger LOG = System.getLogger(TenantSettingsRefresh.class.getName());

  private final RefreshedTenantSettings settings;
  private final Executor executor;
  private final Runnable refreshed;
  private final Set<TenantId> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean allWaiting = new AtomicBoolean();
  private volatile boolean missed;

  /**
   * Creates a listener that reads nothing yet.
   *
   * @param executor runs the reload, which may block on the source of the settings
   * @param refreshed runs after each reload
   */
  TenantSettingsRefresh(RefreshedTenantSettings settings, Executor executor, Runnable refreshed) {
    this.settings = settings;
    this.refreshed = refreshed;
    this.executor = executor;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.SettingsChanged changed) {
      scheduleRefresh(changed.tenant());
    }
  }

  @Override
  public void onMissed() {
    scheduleRefresh(null);
  }

  /** Retries failed reloads; call it periodically. */
  void retry() {
    if (missed) {
      scheduleRefresh(null);
    }
  }

  private void scheduleRefresh(@Nullable TenantId tenant) {
    if (tenant == null ? allWaiting.getAndSet(true) : !waiting.add(tenant)) {
      return;
    }
    try {
      executor.execute(() -> refresh(tenant));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void refresh(@Nullable TenantId tenant) {
    if (tenant == null) {
      allWaiting.set(false);
      missed = !settings.refreshAll();
    } else {
      waiting.remove(tenant);
      if (!settings.refresh(tenant)) {
        missed = true;
      }
    }
    refreshed.run();
  }
}
