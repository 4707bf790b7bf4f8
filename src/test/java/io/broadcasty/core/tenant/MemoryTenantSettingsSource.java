package io.broadcasty.core.tenant;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A source of tenant settings in memory that a test changes; it can be made to fail. */
public final class MemoryTenantSettingsSource implements TenantSettingsSource {

  private final Map<TenantId, UnaryOperator<TenantSettingsBuilder>> changes =
      new ConcurrentHashMap<>();

  /** Thrown instead of a result. */
  public volatile @Nullable RuntimeException fault;

  public void set(TenantId tenant, UnaryOperator<TenantSettingsBuilder> change) {
    changes.put(tenant, change);
  }

  public void remove(TenantId tenant) {
    changes.remove(tenant);
  }

  @Override
  public TenantSettings load(TenantId tenant, TenantSettings configured) {
    fail();
    UnaryOperator<TenantSettingsBuilder> change = changes.get(tenant);
    return change == null
        ? configured
        : change.apply(new TenantSettingsBuilder(configured)).build();
  }

  @Override
  public Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured) {
    Map<TenantId, TenantSettings> all = new HashMap<>();
    changes.keySet().forEach(tenant -> all.put(tenant, load(tenant, configured.of(tenant))));
    fail();
    return all;
  }

  private void fail() {
    RuntimeException now = fault;
    if (now != null) {
      throw now;
    }
  }
}
