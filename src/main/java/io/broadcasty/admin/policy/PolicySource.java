package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;

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
        public List<StoredPolicy> loadAll() {
          return List.of();
        }
      };

  /** Returns the policies of a tenant. */
  List<StoredPolicy> load(TenantId tenant);

  /** Returns the policies of all tenants. */
  List<StoredPolicy> loadAll();
}
