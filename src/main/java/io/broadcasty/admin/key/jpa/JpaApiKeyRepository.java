package io.broadcasty.admin.key.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeyRepository;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.infra.jpa.StoredEntities;
import java.util.List;
import java.util.Map;
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

  private final StoredEntities<ApiKeyEntity, ApiKey> stored;

  /**
   * @param managers stay open
   */
  public JpaApiKeyRepository(EntityManagers managers) {
    this.stored =
        new StoredEntities<>(
            managers,
            ApiKeyEntity.class,
            ApiKeyEntity::toKey,
            e -> new KeyStoreException("the API keys cannot be read or changed", e));
  }

  @Override
  public @Nullable ApiKey find(String id) {
    return stored.find(id);
  }

  @Override
  public List<ApiKey> list(TenantId tenant, String after, int limit) {
    return stored.list(OF_TENANT, Map.of("tenant", tenant.value(), "after", after), limit);
  }

  @Override
  public List<ApiKey> encryptedByOthers(String masterKeyId, String after, int limit) {
    return stored.list(OF_OTHER_MASTER, Map.of("master", masterKeyId, "after", after), limit);
  }

  @Override
  public long count(TenantId tenant) {
    return stored.count(COUNT, Map.of("tenant", tenant.value()));
  }

  @Override
  public long countValid(TenantId tenant, long nowMillis) {
    return stored.count(
        COUNT_VALID,
        Map.of("tenant", tenant.value(), "state", ApiKeyEntity.ACTIVE, "now", nowMillis));
  }

  @Override
  public int deleteAll(TenantId tenant) {
    return stored.delete(DELETE, Map.of("tenant", tenant.value()));
  }

  @Override
  public @Nullable ApiKey insert(ApiKey key) {
    return stored.insert(new ApiKeyEntity(key));
  }

  @Override
  public @Nullable ApiKey replace(ApiKey changed) {
    return stored.replace(
        changed.id(),
        found -> found.revision() == changed.revision(),
        found -> found.change(changed));
  }
}
