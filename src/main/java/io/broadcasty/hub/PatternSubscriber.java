package io.broadcasty.hub;

import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;

/** One connection's interest in all channels that match. */
public interface PatternSubscriber {

  ChannelPattern pattern();

  /**
   * A channel that matches has come into being on this node, perhaps not for the first time. Who
   * wants its publications is to be {@link Hub#add added} to it before the return; nothing that
   * came meanwhile is missed then. Called on a thread that may be blocked; must not throw.
   */
  void onChannel(TenantChannel channel);
}
