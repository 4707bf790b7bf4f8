package io.broadcasty.channel;

import io.broadcasty.tenant.TenantId;

/**
 * A channel of one tenant: the key of every stream, subscription and limit. Two tenants' channels
 * of the same name are two channels.
 */
public record TenantChannel(TenantId tenant, ChannelName name) {

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
