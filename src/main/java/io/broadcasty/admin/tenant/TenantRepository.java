package io.broadcasty.admin.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores tenants, for all nodes that share the database. Each call is a transaction of its own and
 * may block. What a call has returned is durable, and visible to every later call of any node.
 *
 * <p>Every method throws {@link TenantStoreException} when the store does not answer; a change may
 * then have happened or not, and trying again is right.
 */
@ThreadSafe
public interface TenantRepository {

  /** Returns a tenant; null when there is none of this id. */
  @Nullable Tenant find(TenantId id);

  /**
   * Returns tenants in the order of their ids, as characters are numbered in Unicode.
   *
   * @param after returns those behind this id, whether there is such a tenant or not; null begins
   *     with the first
   * @param limit the maximum number; at least 1
   */
  List<Tenant> list(@Nullable TenantId after, int limit);

  /** Stores a new tenant and returns it with its revision; null when there is one of this id. */
  @Nullable Tenant insert(Tenant tenant);

  /**
   * Replaces a tenant, except for the time of its creation, and returns it with its new revision,
   * which is the old one if nothing differs. Returns null when there is none of this id, or its
   * revision is not the given one any more.
   */
  @Nullable Tenant replace(Tenant changed);

  /** Deletes a tenant; returns whether there was one. */
  boolean delete(TenantId id);
}
