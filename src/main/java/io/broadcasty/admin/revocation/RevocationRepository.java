package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores revocations, for all nodes that share the database. Each call is a transaction of its own
 * and may block. What a call has returned is durable, and visible to every later call of any node.
 *
 * <p>Every method throws {@link RevocationStoreException} when the store does not answer; a change
 * may then have happened or not, and trying again is right.
 */
@ThreadSafe
public interface RevocationRepository {

  /** Returns a revocation, perhaps one that has expired; null when there is none of this id. */
  @Nullable Revocation find(String id);

  /**
   * Returns a tenant's revocations in the order of their ids.
   *
   * @param after returns those behind this id, whether there is such a one or not; empty begins
   *     with the first
   * @param limit the maximum number; at least 1
   */
  List<Revocation> list(TenantId tenant, String after, int limit);

  /**
   * Returns how many revocations there are.
   *
   * @param tenant whose; null for all tenants
   */
  long count(@Nullable TenantId tenant);

  /** Stores a new one and returns it with its revision; null when there is one of its target. */
  @Nullable Revocation insert(Revocation revocation);

  /**
   * Replaces the times of a revocation, and returns it with its new revision. Returns null when
   * there is none of this target, or its revision is not the given one any more.
   */
  @Nullable Revocation replace(Revocation changed);

  /** Deletes a revocation; returns whether there was one. */
  boolean delete(String id);
}
