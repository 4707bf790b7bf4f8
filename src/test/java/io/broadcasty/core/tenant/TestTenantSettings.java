package io.broadcasty.core.tenant;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Tenant settings that a test changes while it runs; generous unless set. */
public final class TestTenantSettings implements TenantSettingsLookup {

  private static final Rate MILLION = new Rate(1_000_000, 1_000_000);
  private static final Rate BILLION = new Rate(1_000_000_000, 1_000_000_000);

  /** Settings with more than a test needs. */
  public static final TenantSettings GENEROUS =
      new TenantSettings(
          new TenantRates(MILLION, MILLION, MILLION, BILLION, BILLION),
          10_000,
          10_000,
          500,
          0,
          1 << 20,
          new PublishCaps(65_536, 100),
          new Retention(Duration.ofHours(1), 100_000, 1L << 30),
          new PresenceLimits(Duration.ofMinutes(1), 10_000, 2048),
          0,
          TenantState.ACTIVE);

  private final Map<TenantId, TenantSettings> own = new ConcurrentHashMap<>();
  private volatile TenantSettings defaults = GENEROUS;

  /** Changes the settings of all tenants that have none of their own. */
  public TestTenantSettings all(UnaryOperator<TenantSettingsBuilder> change) {
    defaults = change.apply(new TenantSettingsBuilder(defaults)).build();
    return this;
  }

  /** Changes the settings of one tenant. */
  public TestTenantSettings set(TenantId tenant, UnaryOperator<TenantSettingsBuilder> change) {
    own.put(tenant, change.apply(new TenantSettingsBuilder(of(tenant))).build());
    return this;
  }

  /** Removes the tenant's own settings. */
  public void remove(TenantId tenant) {
    own.remove(tenant);
  }

  @Override
  public TenantSettings of(TenantId tenant) {
    return own.getOrDefault(tenant, defaults);
  }

  @Override
  public Duration longestRetention() {
    return FixedTenantSettings.longestOf(defaults, own.values());
  }

  @Override
  public TenantSettings defaults() {
    return defaults;
  }
}
