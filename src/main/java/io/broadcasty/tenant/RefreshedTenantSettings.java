package io.broadcasty.tenant;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The settings of the configuration, with those of a source in their place, as they were when the
 * source was last asked. All tenants that have settings of their own are known from the first
 * {@link #refreshAll} on, so that no tenant's data is ever kept by somebody else's settings;
 * tenants with equal settings share one snapshot.
 */
public final class RefreshedTenantSettings implements TenantSettingsLookup {

  private static final System.Logger LOG =
      System.getLogger(RefreshedTenantSettings.class.getName());

  /** Bounds the memory; a source that has more is refused, and what is known stays in force. */
  private static final int MAX_TENANTS = 1_000_000;

  private final FixedTenantSettings configured;
  private final TenantSettingsSource source;
  private final ConcurrentHashMap<TenantId, TenantSettings> own;
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean failing;

  /**
   * Knows the configuration until {@link #refreshAll} is called.
   *
   * @param configured the defaults, and tenants' own settings that the source may replace
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
   * Asks the source for the settings of a tenant that have changed. May block on the source.
   *
   * @return false when it failed, so that what is known stays in force
   */
  public boolean refresh(TenantId tenant) {
    return asking(
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
   * Asks the source for everything. May block on the source.
   *
   * @return false when it failed, so that what is known stays in force
   */
  public boolean refreshAll() {
    return asking(
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

  /** How often the source has failed since the start. */
  public long failures() {
    return failures.get();
  }

  /** How many tenants have settings of their own. */
  public int size() {
    return own.size();
  }

  /** One at a time, so that an older answer never comes after a newer one. */
  private synchronized boolean asking(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      if (!failing) {
        failing = true;
        LOG.log(
            Level.WARNING,
            "The settings of tenants cannot be read; what is known stays in force until they can",
            e);
      }
      return false;
    }
    if (failing) {
      failing = false;
      LOG.log(Level.INFO, "The settings of tenants can be read again");
    }
    return true;
  }
}
