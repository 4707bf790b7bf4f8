package io.broadcasty.hub;

import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/** One connection's interest in all channels that match. */
public interface PatternSubscriber {

  ChannelPattern pattern();

  /**
   * Called when a channel that matches comes into being on this node, before its next publication
   * is delivered; perhaps more than once.
   *
   * @return who gets the channel's publications; null when this connection may not have them. Must
   *     neither block nor call the hub.
   */
  @Nullable Subscriber join(TenantChannel channel);
}
