package io.broadcasty.core.channel;

import io.broadcasty.core.tenant.TenantId;

/**
 * A channel of one tenant: the key of every stream, subscription and limit. Channels of two tenants
 * are distinct even if they have the same name.
 */
public record TenantChannel(TenantId tenant, ChannelName name) {

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
