package io.broadcasty.admin.policy.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.policy.PolicyRepository;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import java.util.List;
import java.util.function.Supplier;
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

  private final EntityManagers managers;

  /**
   * @param managers stay open
   */
  public JpaPolicyRepository(EntityManagers managers) {
    this.managers = managers;
  }

  @Override
  public @Nullable StoredPolicy find(String id) {
    return call(
        () ->
            managers.<@Nullable StoredPolicy>read(
                manager -> {
                  PolicyEntity found = manager.find(PolicyEntity.class, id);
                  return found == null ? null : found.toPolicy();
                }));
  }

  @Override
  public List<StoredPolicy> list(TenantId tenant, String after, int limit) {
    return call(
        () ->
            managers.read(
                manager ->
                    manager
                        .createQuery(OF_TENANT, PolicyEntity.class)
                        .setParameter("tenant", tenant.value())
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList()
                        .stream()
                        .map(PolicyEntity::toPolicy)
                        .toList()));
  }

  @Override
  public long count(TenantId tenant) {
    return call(
        () ->
            managers.read(
                manager ->
                    manager
                        .createQuery(COUNT, Long.class)
                        .setParameter("tenant", tenant.value())
                        .getSingleResult()));
  }

  @Override
  public @Nullable StoredPolicy insert(StoredPolicy policy) {
    return call(() -> managers.insert(new PolicyEntity(policy), PolicyEntity::toPolicy));
  }

  @Override
  public @Nullable StoredPolicy replace(StoredPolicy changed) {
    return call(
        () ->
            managers.writeUnlessConflict(
                manager -> {
                  PolicyEntity found = manager.find(PolicyEntity.class, changed.id());
                  if (found == null || found.revision() != changed.revision()) {
                    return null;
                  }
                  found.change(changed);
                  manager.flush(); // sets the revision
                  return found.toPolicy();
                }));
  }

  @Override
  public boolean delete(String id, long revision) {
    return call(
        () ->
            managers.write(
                manager ->
                    manager
                            .createQuery(DELETE)
                            .setParameter("id", id)
                            .setParameter("revision", revision)
                            .executeUpdate()
                        > 0));
  }

  @Override
  public int deleteAll(TenantId tenant) {
    return call(
        () ->
            managers.write(
                manager ->
                    manager
                        .createQuery(DELETE_ALL)
                        .setParameter("tenant", tenant.value())
                        .executeUpdate()));
  }

  private static <T extends @Nullable Object> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw new PolicyStoreException("the policies cannot be read or changed", e);
    }
  }
}
