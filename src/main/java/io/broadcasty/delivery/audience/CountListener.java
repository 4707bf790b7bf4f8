package io.broadcasty.delivery.audience;

import io.broadcasty.core.channel.TenantChannel;

/** Is told how many subscribers a channel has. Called by one thread at a time; must not block. */
@FunctionalInterface
public interface CountListener {

  /**
   * Called when the number has changed, or a connection wants to know it.
   *
   * @param count the subscribers on all nodes
   * @param reporter whether this node tells what has to be told once for all nodes
   */
  void onCount(TenantChannel channel, int count, boolean reporter);
}
