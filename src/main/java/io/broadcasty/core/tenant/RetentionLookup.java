package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;

/**
 * Returns the retention in force for each tenant; a store of streams calls it at the moment of use.
 * Never blocks, never throws.
 */
@ThreadSafe
public interface RetentionLookup {

  /** Returns the retention of the tenant's channels. */
  Retention of(TenantId tenant);

  /** Returns the longest age at which a publication of any tenant is kept. */
  Duration longestAge();

  /** Returns the retentions in the settings of each tenant. */
  static RetentionLookup of(TenantSettingsLookup tenants) {
    return new RetentionLookup() {
      @Override
      public Retention of(TenantId tenant) {
        return tenants.of(tenant).retention();
      }

      @Override
      public Duration longestAge() {
        return tenants.longestRetention();
      }
    };
  }

  /** Returns the same retention for every tenant. */
  static RetentionLookup uniform(Retention retention) {
    return new RetentionLookup() {
      @Override
      public Retention of(TenantId tenant) {
        return retention;
      }

      @Override
      public Duration longestAge() {
        return retention.age();
      }
    };
  }
}
