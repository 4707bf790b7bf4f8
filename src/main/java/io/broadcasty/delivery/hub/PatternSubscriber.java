package io.broadcasty.delivery.hub;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;

/** One connection's subscription to all channels that match a pattern. */
public interface PatternSubscriber {

  ChannelPattern pattern();

  /**
   * Called when a matching channel has been opened on this node, perhaps not for the first time. A
   * subscriber that wants its publications must be {@link Hub#add added} before this method
   * returns; it then misses nothing published in between. Called on a thread that may block; must
   * not throw.
   */
  void onChannel(TenantChannel channel);
}
