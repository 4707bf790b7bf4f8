package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores channel policies, for all nodes that share the database. Each call is a transaction of its
 * own and may block. What a call has returned is durable, and visible to every later call of any
 * node.
 *
 * <p>Every method throws {@link PolicyStoreException} when the store does not answer; a change may
 * then have happened or not, and trying again is right.
 */
@ThreadSafe
public interface PolicyRepository {

  /** Returns a policy; null when there is none of this id. */
  @Nullable StoredPolicy find(String id);

  /**
   * Returns a tenant's policies in the order of their ids.
   *
   * @param after returns those behind this id, whether there is such a policy or not; empty begins
   *     with the first
   * @param limit the maximum number; at least 1
   */
  List<StoredPolicy> list(TenantId tenant, String after, int limit);

  /** Returns how many policies a tenant has. */
  long count(TenantId tenant);

  /**
   * Stores a new policy and returns it with its revision; null when there is one of this id, or the
   * tenant has one of the same shape.
   */
  @Nullable StoredPolicy insert(StoredPolicy policy);

  /**
   * Replaces a policy's rules, and returns it with its new revision. Returns null when there is
   * none of this id, or its revision is not the given one any more.
   */
  @Nullable StoredPolicy replace(StoredPolicy changed);

  /** Deletes a policy; returns false when there is none of this id, or of this revision. */
  boolean delete(String id, long revision);

  /** Deletes all policies of a tenant; returns how many. */
  int deleteAll(TenantId tenant);
}
