package io.broadcasty.admin.tenant.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.tenant.Tenant;
import io.broadcasty.admin.tenant.TenantRepository;
import io.broadcasty.admin.tenant.TenantStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tenants in the table {@code broadcasty_tenants}. */
@ThreadSafe
public final class JpaTenantRepository implements TenantRepository {

  /** The classes that the persistence unit needs. */
  public static final List<Class<?>> ENTITIES =
      List.of(TenantEntity.class, SettingsConverter.class);

  private static final String ALL = "select t from Tenant t order by t.id";
  private static final String AFTER = "select t from Tenant t where t.id > :after order by t.id";
  private static final String DELETE = "delete from Tenant t where t.id = :id";

  private final EntityManagers managers;

  /**
   * @param managers stay open
   */
  public JpaTenantRepository(EntityManagers managers) {
    this.managers = managers;
  }

  @Override
  public @Nullable Tenant find(TenantId id) {
    return call(
        () ->
            managers.<@Nullable Tenant>read(
                manager -> {
                  TenantEntity found = manager.find(TenantEntity.class, id.value());
                  return found == null ? null : found.toTenant();
                }));
  }

  @Override
  public List<Tenant> list(@Nullable TenantId after, int limit) {
    return call(
        () ->
            managers.read(
                manager -> {
                  var query =
                      after == null
                          ? manager.createQuery(ALL, TenantEntity.class)
                          : manager
                              .createQuery(AFTER, TenantEntity.class)
                              .setParameter("after", after.value());
                  return query.setMaxResults(limit).getResultList().stream()
                      .map(TenantEntity::toTenant)
                      .toList();
                }));
  }

  @Override
  public @Nullable Tenant insert(Tenant tenant) {
    return call(() -> managers.insert(new TenantEntity(tenant), TenantEntity::toTenant));
  }

  @Override
  public @Nullable Tenant replace(Tenant changed) {
    return call(
        () ->
            managers.writeUnlessConflict(
                manager -> {
                  TenantEntity found = manager.find(TenantEntity.class, changed.id().value());
                  if (found == null || found.revision() != changed.revision()) {
                    return null;
                  }
                  found.change(changed);
                  manager.flush(); // sets the revision
                  return found.toTenant();
                }));
  }

  @Override
  public boolean delete(TenantId id) {
    return call(
        () ->
            managers.write(
                manager ->
                    manager.createQuery(DELETE).setParameter("id", id.value()).executeUpdate()
                        > 0));
  }

  private static <T extends @Nullable Object> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw new TenantStoreException("the tenants cannot be read or changed", e);
    }
  }
}
