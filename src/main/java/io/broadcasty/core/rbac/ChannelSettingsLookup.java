package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Set;

/**
 * Returns the settings in force for each channel, from memory: those of the most specific policy
 * that covers it. Never blocks, never throws; costs next to nothing while no policy has settings.
 */
@ThreadSafe
@FunctionalInterface
public interface ChannelSettingsLookup {

  /** No channel has settings of its own. */
  ChannelSettingsLookup NONE = channel -> ChannelSettings.NONE;

  /** Returns the settings of a channel, {@link ChannelSettings#NONE} without a policy. */
  ChannelSettings of(TenantChannel channel);

  /** Returns the tenants that have a policy whose channels are mirrored. */
  default Set<TenantId> mirroringTenants() {
    return Set.of();
  }
}
