package io.broadcasty.admin.key.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeyRepository;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** API keys in the table {@code broadcasty_api_keys}. */
@ThreadSafe
public final class JpaApiKeyRepository implements ApiKeyRepository {

  /** The classes that the persistence unit needs. */
  public static final List<Class<?>> ENTITIES = List.of(ApiKeyEntity.class);

  private static final String OF_TENANT =
      "select k from ApiKey k where k.tenant = :tenant and k.id > :after order by k.id";
  private static final String OF_OTHER_MASTER =
      "select k from ApiKey k where k.masterKeyId <> :master and k.secret <> '' and k.id > :after"
          + " order by k.id";
  private static final String COUNT = "select count(k) from ApiKey k where k.tenant = :tenant";
  private static final String COUNT_VALID =
      COUNT + " and k.state = :state and (k.expiresAt = 0 or k.expiresAt > :now)";

  private static final String DELETE = "delete from ApiKey k where k.tenant = :tenant";

  private final EntityManagers managers;

  /**
   * @param managers stay open
   */
  public JpaApiKeyRepository(EntityManagers managers) {
    this.managers = managers;
  }

  @Override
  public @Nullable ApiKey find(String id) {
    return call(
        () ->
            managers.<@Nullable ApiKey>read(
                manager -> {
                  ApiKeyEntity found = manager.find(ApiKeyEntity.class, id);
                  return found == null ? null : found.toKey();
                }));
  }

  @Override
  public List<ApiKey> list(TenantId tenant, String after, int limit) {
    return query(OF_TENANT, "tenant", tenant.value(), after, limit);
  }

  @Override
  public List<ApiKey> encryptedByOthers(String masterKeyId, String after, int limit) {
    return query(OF_OTHER_MASTER, "master", masterKeyId, after, limit);
  }

  private List<ApiKey> query(String text, String name, String value, String after, int limit) {
    return call(
        () ->
            managers.read(
                manager ->
                    manager
                        .createQuery(text, ApiKeyEntity.class)
                        .setParameter(name, value)
                        .setParameter("after", after)
                        .setMaxResults(limit)
                        .getResultList()
                        .stream()
                        .map(ApiKeyEntity::toKey)
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
  public long countValid(TenantId tenant, long nowMillis) {
    return call(
        () ->
            managers.read(
                manager ->
                    manager
                        .createQuery(COUNT_VALID, Long.class)
                        .setParameter("tenant", tenant.value())
                        .setParameter("state", ApiKeyEntity.ACTIVE)
                        .setParameter("now", nowMillis)
                        .getSingleResult()));
  }

  @Override
  public int deleteAll(TenantId tenant) {
    return call(
        () ->
            managers.write(
                manager ->
                    manager
                        .createQuery(DELETE)
                        .setParameter("tenant", tenant.value())
                        .executeUpdate()));
  }

  @Override
  public @Nullable ApiKey insert(ApiKey key) {
    return call(() -> managers.insert(new ApiKeyEntity(key), ApiKeyEntity::toKey));
  }

  @Override
  public @Nullable ApiKey replace(ApiKey changed) {
    return call(
        () ->
            managers.writeUnlessConflict(
                manager -> {
                  ApiKeyEntity found = manager.find(ApiKeyEntity.class, changed.id());
                  if (found == null || found.revision() != changed.revision()) {
                    return null;
                  }
                  found.change(changed);
                  manager.flush(); // sets the revision
                  return found.toKey();
                }));
  }

  private static <T extends @Nullable Object> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw new KeyStoreException("the API keys cannot be read or changed", e);
    }
  }
}
