package io.broadcasty.admin.revocation.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationRepository;
import io.broadcasty.admin.revocation.RevocationStoreException;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.jpa.EntityManagers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
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

  private final EntityManagers managers;

  /**
   * @param managers stay open
   */
  public JpaRevocationRepository(EntityManagers managers) {
    this.managers = managers;
  }

  @Override
  public @Nullable Revocation find(String id) {
    List<Revocation> found =
        call(
            () ->
                managers.read(
                    manager ->
                        manager
                            .createQuery(ONE, RevocationEntity.class)
                            .setParameter("id", id)
                            .setParameter("kinds", KINDS)
                            .getResultList()
                            .stream()
                            .map(RevocationEntity::toRevocation)
                            .toList()));
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public List<Revocation> list(TenantId tenant, String after, int limit) {
    return call(
        () ->
            managers.read(
                manager ->
                    manager
                        .createQuery(OF_TENANT, RevocationEntity.class)
                        .setParameter("tenant", tenant.value())
                        .setParameter("after", after)
                        .setParameter("kinds", KINDS)
                        .setMaxResults(limit)
                        .getResultList()
                        .stream()
                        .map(RevocationEntity::toRevocation)
                        .toList()));
  }

  @Override
  public long count(@Nullable TenantId tenant) {
    return call(
        () ->
            managers.read(
                manager ->
                    tenant == null
                        ? manager.createQuery(COUNT_ALL, Long.class).getSingleResult()
                        : manager
                            .createQuery(COUNT, Long.class)
                            .setParameter("tenant", tenant.value())
                            .getSingleResult()));
  }

  @Override
  public @Nullable Revocation insert(Revocation revocation) {
    return call(
        () -> managers.insert(new RevocationEntity(revocation), RevocationEntity::toRevocation));
  }

  @Override
  public @Nullable Revocation replace(Revocation changed) {
    return call(
        () ->
            managers.writeUnlessConflict(
                manager -> {
                  RevocationEntity found = manager.find(RevocationEntity.class, changed.id());
                  if (found == null || found.revision() != changed.revision()) {
                    return null;
                  }
                  found.change(changed);
                  manager.flush(); // sets the revision
                  return found.toRevocation();
                }));
  }

  @Override
  public boolean delete(String id) {
    return call(
            () ->
                managers.write(
                    manager -> manager.createQuery(DELETE).setParameter("id", id).executeUpdate()))
        > 0;
  }

  private static <T extends @Nullable Object> T call(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw new RevocationStoreException("the revocations cannot be read or changed", e);
    }
  }
}
