package io.broadcasty.app;

import io.broadcasty.control.ControlListener;
import io.broadcasty.control.ControlMessage;
import io.broadcasty.tenant.RefreshedTenantSettings;
import io.broadcasty.tenant.TenantId;
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
  private final Set<TenantId> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean allWait = new AtomicBoolean();
  private volatile boolean missed;

  /**
   * Creates a listener that reads nothing yet.
   *
   * @param executor runs the reload, which may block on the source of the settings
   */
  TenantSettingsRefresh(RefreshedTenantSettings settings, Executor executor) {
    this.settings = settings;
    this.executor = executor;
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.SettingsChanged changed) {
      changed(changed.tenant());
    }
  }

  @Override
  public void onMissed() {
    changed(null);
  }

  /** Retries failed reloads; call it periodically. */
  void retry() {
    if (missed) {
      changed(null);
    }
  }

  private void changed(@Nullable TenantId tenant) {
    if (tenant == null ? allWait.getAndSet(true) : !waiting.add(tenant)) {
      return;
    }
    try {
      executor.execute(() -> read(tenant));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void read(@Nullable TenantId tenant) {
    if (tenant == null) {
      allWait.set(false);
      missed = !settings.refreshAll();
    } else {
      waiting.remove(tenant);
      if (!settings.refresh(tenant)) {
        missed = true;
      }
    }
  }
}
