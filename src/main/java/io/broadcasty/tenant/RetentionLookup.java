package io.broadcasty.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;

/**
 * How much of a tenant's channels is kept now: what a store of streams asks each time. Never
 * blocks, never throws.
 */
@ThreadSafe
public interface RetentionLookup {

  /** The retention of the tenant's channels. */
  Retention of(TenantId tenant);

  /** The longest age at which a publication of any tenant is kept. */
  Duration longestAge();

  /** As the settings of each tenant say. */
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

  /** The same for every tenant. */
  static RetentionLookup same(Retention retention) {
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
