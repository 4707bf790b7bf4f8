package io.broadcasty.admin.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tenants in memory; it can be made to fail, and to be changed by others before a replacement. */
@ThreadSafe
public final class FakeTenantRepository implements TenantRepository {

  @GuardedBy("this")
  private final TreeMap<String, Tenant> tenants = new TreeMap<>();

  @GuardedBy("this")
  private long revision;

  /** Thrown instead of a result. */
  public volatile @Nullable RuntimeException fault;

  /** How often another request changes a tenant between its reading and its replacement. */
  public volatile int conflicts;

  @Override
  public synchronized @Nullable Tenant find(TenantId id) {
    fail();
    return tenants.get(id.value());
  }

  @Override
  public synchronized List<Tenant> list(@Nullable TenantId after, int limit) {
    fail();
    return (after == null ? tenants : tenants.tailMap(after.value(), false))
        .values().stream().limit(limit).toList();
  }

  @Override
  public synchronized @Nullable Tenant insert(Tenant tenant) {
    fail();
    return tenants.containsKey(tenant.id().value()) ? null : put(tenant, tenant.createdAtMillis());
  }

  @Override
  public synchronized @Nullable Tenant replace(Tenant changed) {
    fail();
    Tenant found = tenants.get(changed.id().value());
    if (found != null && conflicts > 0) {
      conflicts--;
      found = put(found, found.createdAtMillis());
    }
    return found == null || found.revision() != changed.revision()
        ? null
        : put(changed, found.createdAtMillis());
  }

  @Override
  public synchronized boolean delete(TenantId id) {
    fail();
    return tenants.remove(id.value()) != null;
  }

  @GuardedBy("this")
  private Tenant put(Tenant tenant, long createdAtMillis) {
    Tenant stored =
        new Tenant(
            tenant.id(),
            tenant.name(),
            tenant.state(),
            tenant.settings(),
            createdAtMillis,
            tenant.updatedAtMillis(),
            ++revision);
    tenants.put(tenant.id().value(), stored);
    return stored;
  }

  private void fail() {
    RuntimeException now = fault;
    if (now != null) {
      throw now;
    }
  }
}
