package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tenant settings of the configuration, overridden by those that a source returned when it was last
 * queried. From the first {@link #refreshAll} on, all tenants with settings of their own are known,
 * so that no tenant's data is ever kept by another's settings. Tenants with equal settings share
 * one snapshot.
 */
@ThreadSafe
public final class RefreshedTenantSettings implements TenantSettingsLookup {

  private static final System.Logger LOG =
      System.getLogger(RefreshedTenantSettings.class.getName());

  /**
   * Bounds the memory. A larger result of the source is rejected, and the known settings stay in
   * force.
   */
  private static final int MAX_TENANTS = 1_000_000;

  private final FixedTenantSettings configured;
  private final TenantSettingsSource source;
  private final ConcurrentHashMap<TenantId, TenantSettings> own;
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean failing;

  /**
   * Creates a lookup that returns the configuration until {@link #refreshAll} is called.
   *
   * @param configured the defaults, and tenants' own settings that the source may override
   */
  public RefreshedTenantSettings(FixedTenantSettings configured, TenantSettingsSource source) {
    this.configured = configured;
    this.source = source;
    this.own = new ConcurrentHashMap<>(configured.own());
  }

  @Override
  public TenantSettings of(TenantId tenant) {
    TenantSettings found = own.get(tenant);
    return found == null ? configured.defaults() : found;
  }

  @Override
  public TenantSettings defaults() {
    return configured.defaults();
  }

  @Override
  public Duration longestRetention() {
    return FixedTenantSettings.longestOf(configured.defaults(), own.values());
  }

  /**
   * Reloads the settings of one tenant from the source. May block on the source.
   *
   * @return false when the source failed, so that the known settings stay in force
   */
  public boolean refresh(TenantId tenant) {
    return callSource(
        () -> {
          TenantSettings now = source.load(tenant, configured.of(tenant));
          if (now.equals(configured.defaults())) {
            own.remove(tenant);
          } else if (!now.equals(own.get(tenant))) {
            own.put(tenant, now);
          }
        });
  }

  /**
   * Reloads the settings of all tenants from the source. May block on the source.
   *
   * @return false when the source failed, so that the known settings stay in force
   */
  public boolean refreshAll() {
    return callSource(
        () -> {
          Map<TenantId, TenantSettings> loaded = new HashMap<>(configured.own());
          loaded.putAll(source.loadAll(configured));
          if (loaded.size() > MAX_TENANTS) {
            throw new TenantSettingsException(
                loaded.size() + " tenants have settings of their own; at most " + MAX_TENANTS);
          }
          Map<TenantSettings, TenantSettings> shared = new HashMap<>();
          loaded.replaceAll((tenant, settings) -> shared.merge(settings, settings, (a, b) -> a));
          own.putAll(loaded);
          own.keySet().retainAll(loaded.keySet());
        });
  }

  /** Returns how often the source has failed since the start. */
  public long failures() {
    return failures.get();
  }

  /** Returns the number of tenants that have settings of their own. */
  public int size() {
    return own.size();
  }

  /**
   * Calls the source from one thread at a time, so that an older result never replaces a newer one.
   */
  private synchronized boolean callSource(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      if (!failing) {
        failing = true;
        LOG.log(
            Level.WARNING,
            "Cannot read the tenants' settings; the last known ones stay in force",
            e);
      }
      return false;
    }
    if (failing) {
      failing = false;
      LOG.log(Level.INFO, "The tenants' settings can be read again");
    }
    return true;
  }
}
