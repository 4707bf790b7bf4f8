package io.broadcasty.admin.policy.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.policy.PolicyRepository;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.infra.jpa.StoredEntities;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Channel policies in the table {@code broadcasty_channels}. */
@ThreadSafe
public final class JpaPolicyRepository implements PolicyRepository {

  /** The classes that the persistence unit needs. */
  public static final List<Class<?>> ENTITIES = List.of(PolicyEntity.class);

  private static final String OF_TENANT =
      "select p from ChannelPolicy p where p.tenant = :tenant and p.id > :after order by p.id";
  private static final String COUNT =
      "select count(p) from ChannelPolicy p where p.tenant = :tenant";
  private static final String DELETE =
      "delete from ChannelPolicy p where p.id = :id and p.revision = :revision";
  private static final String DELETE_ALL = "delete from ChannelPolicy p where p.tenant = :tenant";

  private final StoredEntities<PolicyEntity, StoredPolicy> stored;

  /**
   * @param managers stay open
   */
  public JpaPolicyRepository(EntityManagers managers) {
    this.stored =
        new StoredEntities<>(
            managers,
            PolicyEntity.class,
            PolicyEntity::toPolicy,
            e -> new PolicyStoreException("the policies cannot be read or changed", e));
  }

  @Override
  public @Nullable StoredPolicy find(String id) {
    return stored.find(id);
  }

  @Override
  public List<StoredPolicy> list(TenantId tenant, String after, int limit) {
    return stored.list(OF_TENANT, Map.of("tenant", tenant.value(), "after", after), limit);
  }

  @Override
  public long count(TenantId tenant) {
    return stored.count(COUNT, Map.of("tenant", tenant.value()));
  }

  @Override
  public @Nullable StoredPolicy insert(StoredPolicy policy) {
    return stored.insert(new PolicyEntity(policy));
  }

  @Override
  public @Nullable StoredPolicy replace(StoredPolicy changed) {
    return stored.replace(
        changed.id(),
        found -> found.revision() == changed.revision(),
        found -> found.change(changed));
  }

  @Override
  public boolean delete(String id, long revision) {
    return stored.delete(DELETE, Map.of("id", id, "revision", revision)) > 0;
  }

  @Override
  public int deleteAll(TenantId tenant) {
    return stored.delete(DELETE_ALL, Map.of("tenant", tenant.value()));
  }
}
