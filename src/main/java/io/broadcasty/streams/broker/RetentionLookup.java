package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import java.time.Duration;

/**
 * Returns the retention in force for each channel; a store of streams calls it at the moment of
 * use. Never blocks, never throws.
 */
@ThreadSafe
public interface RetentionLookup {

  /** Returns the retention of a channel. */
  Retention of(TenantChannel channel);

  /** Returns the longest age at which a publication of any channel of the tenant is kept. */
  Duration longestAge(TenantId tenant);

  /** Returns the longest age at which a publication of any tenant is kept. */
  Duration longestAge();

  /** Returns the retentions in the settings of each tenant. */
  static RetentionLookup of(TenantSettingsLookup tenants) {
    return of(tenants, ChannelSettingsLookup.NONE);
  }

  /** Returns the retentions in the settings of each channel, within those of its tenant. */
  static RetentionLookup of(TenantSettingsLookup tenants, ChannelSettingsLookup channels) {
    return new RetentionLookup() {
      @Override
      public Retention of(TenantChannel channel) {
        return channels.of(channel).retention().within(tenants.of(channel.tenant()).retention());
      }

      @Override
      public Duration longestAge(TenantId tenant) {
        return tenants.of(tenant).retention().age();
      }

      @Override
      public Duration longestAge() {
        return tenants.longestRetention();
      }
    };
  }

  /** Returns the same retention for every channel. */
  static RetentionLookup uniform(Retention retention) {
    return new RetentionLookup() {
      @Override
      public Retention of(TenantChannel channel) {
        return retention;
      }

      @Override
      public Duration longestAge(TenantId tenant) {
        return retention.age();
      }

      @Override
      public Duration longestAge() {
        return retention.age();
      }
    };
  }
}
