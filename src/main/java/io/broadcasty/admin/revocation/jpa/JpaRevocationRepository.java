package io.broadcasty.admin.revocation.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationRepository;
import io.broadcasty.admin.revocation.RevocationStoreException;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.infra.jpa.StoredEntities;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Revocations in the table {@code broadcasty_revocations}. */
@ThreadSafe
public final class JpaRevocationRepository implements RevocationRepository {

  /** The classes that the persistence unit needs. */
  public static final List<Class<?>> ENTITIES = List.of(RevocationEntity.class);

  /** The kinds that this release knows; the database may have others of a later one. */
  private static final List<String> KINDS =
      Arrays.stream(RevocationTarget.Kind.values()).map(RevocationTarget.Kind::wireName).toList();

  private static final String ONE =
      "select r from Revocation r where r.id = :id and r.kind in :kinds";
  private static final String OF_TENANT =
      "select r from Revocation r where r.tenant = :tenant and r.id > :after and r.kind in :kinds"
          + " order by r.id";
  private static final String COUNT = "select count(r) from Revocation r where r.tenant = :tenant";
  private static final String COUNT_ALL = "select count(r) from Revocation r";
  private static final String DELETE = "delete from Revocation r where r.id = :id";

  private final StoredEntities<RevocationEntity, Revocation> stored;

  /**
   * @param managers stay open
   */
  public JpaRevocationRepository(EntityManagers managers) {
    this.stored =
        new StoredEntities<>(
            managers,
            RevocationEntity.class,
            RevocationEntity::toRevocation,
            e -> new RevocationStoreException("the revocations cannot be read or changed", e));
  }

  @Override
  public @Nullable Revocation find(String id) {
    List<Revocation> found = stored.list(ONE, Map.of("id", id, "kinds", KINDS), 1);
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public List<Revocation> list(TenantId tenant, String after, int limit) {
    return stored.list(
        OF_TENANT, Map.of("tenant", tenant.value(), "after", after, "kinds", KINDS), limit);
  }

  @Override
  public long count(@Nullable TenantId tenant) {
    return tenant == null
        ? stored.count(COUNT_ALL, Map.of())
        : stored.count(COUNT, Map.of("tenant", tenant.value()));
  }

  @Override
  public @Nullable Revocation insert(Revocation revocation) {
    return stored.insert(new RevocationEntity(revocation));
  }

  @Override
  public @Nullable Revocation replace(Revocation changed) {
    return stored.replace(
        changed.id(),
        found -> found.revision() == changed.revision(),
        found -> found.change(changed));
  }

  @Override
  public boolean delete(String id) {
    return stored.delete(DELETE, Map.of("id", id)) > 0;
  }
}
