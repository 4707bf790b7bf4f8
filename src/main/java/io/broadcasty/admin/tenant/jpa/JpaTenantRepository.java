package io.broadcasty.admin.tenant.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.tenant.Tenant;
import io.broadcasty.admin.tenant.TenantRepository;
import io.broadcasty.admin.tenant.TenantStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.infra.jpa.StoredEntities;
import java.util.List;
import java.util.Map;
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

  private final StoredEntities<TenantEntity, Tenant> stored;

  /**
   * @param managers stay open
   */
  public JpaTenantRepository(EntityManagers managers) {
    this.stored =
        new StoredEntities<>(
            managers,
            TenantEntity.class,
            TenantEntity::toTenant,
            e -> new TenantStoreException("the tenants cannot be read or changed", e));
  }

  @Override
  public @Nullable Tenant find(TenantId id) {
    return stored.find(id.value());
  }

  @Override
  public List<Tenant> list(@Nullable TenantId after, int limit) {
    return after == null
        ? stored.list(ALL, Map.of(), limit)
        : stored.list(AFTER, Map.of("after", after.value()), limit);
  }

  @Override
  public @Nullable Tenant insert(Tenant tenant) {
    return stored.insert(new TenantEntity(tenant));
  }

  @Override
  public @Nullable Tenant replace(Tenant changed) {
    return stored.replace(
        changed.id().value(),
        found -> found.revision() == changed.revision(),
        found -> found.change(changed));
  }

  @Override
  public boolean delete(TenantId id) {
    return stored.delete(DELETE, Map.of("id", id.value())) > 0;
  }
}
