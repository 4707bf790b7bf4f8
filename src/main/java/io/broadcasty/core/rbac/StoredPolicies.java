package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;

/** Knows the stored policies of every tenant. Fast enough for every publication. */
@ThreadSafe
@FunctionalInterface
public interface StoredPolicies {

  /** There are none. */
  StoredPolicies NONE = tenant -> TenantPolicies.NONE;

  /**
   * Returns the policies of a tenant.
   *
   * @throws IllegalStateException when they have changed and cannot be read now; then nothing of
   *     the tenant may be allowed
   */
  TenantPolicies of(String tenant);
}
