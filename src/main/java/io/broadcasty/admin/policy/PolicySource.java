package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Set;

/**
 * Reads the stored policies for the data plane. Every method may block, and throws {@link
 * PolicyStoreException} when the store does not answer; trying again is right.
 */
@ThreadSafe
public interface PolicySource {

  /** Has no policies. */
  PolicySource NONE =
      new PolicySource() {
        @Override
        public List<StoredPolicy> load(TenantId tenant) {
          return List.of();
        }

        @Override
        public AllPolicies loadAll() {
          return new AllPolicies(List.of(), Set.of());
        }
      };

  /**
   * The policies of all tenants.
   *
   * @param policies those of tenants that are not in {@code unreadable}
   * @param unreadable the tenants with a policy that this release cannot read, as a later one may
   *     have written it
   */
  record AllPolicies(List<StoredPolicy> policies, Set<TenantId> unreadable) {}

  /**
   * Returns the policies of a tenant.
   *
   * @throws PolicyStoreException also when this release cannot read one of them
   */
  List<StoredPolicy> load(TenantId tenant);

  /** Returns the policies of all tenants. */
  AllPolicies loadAll();
}
