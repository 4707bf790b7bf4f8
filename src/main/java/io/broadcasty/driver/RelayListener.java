package io.broadcasty.driver;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.failover.ProviderChain;

/** Hears what the relay does that is out of the ordinary; must not block and must not throw. */
public interface RelayListener extends ProviderChain.Listener {

  /** A provider will never take a publication of the channel; told once a channel and reason. */
  void onRejected(TenantChannel channel, String provider, String reason);
}
