package io.broadcasty.core.app;

import io.broadcasty.core.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/**
 * Port: is told what happens in the Pusher protocol alone. Methods never block, and are called by
 * any thread.
 */
public interface AppEvents {

  /** Ignores everything. */
  AppEvents NONE =
      new AppEvents() {
        @Override
        public void onClientEvent(
            TenantChannel channel,
            String event,
            String data,
            String socketId,
            @Nullable String user) {}

        @Override
        public void onCacheMiss(TenantChannel channel) {}

        @Override
        public void onSubscriptionCount(TenantChannel channel, int count) {}
      };

  /**
   * A client has sent an event to the other subscribers of its channel.
   *
   * @param data as receivers get it; never logged
   * @param user who sent it; null where that is unknown
   */
  void onClientEvent(
      TenantChannel channel, String event, String data, String socketId, @Nullable String user);

  /** A client has subscribed to a cache channel that has no last event. */
  void onCacheMiss(TenantChannel channel);

  /**
   * The number of a channel's subscribers has changed. On one node of the cluster only.
   *
   * @param count of all nodes, above 0
   */
  void onSubscriptionCount(TenantChannel channel, int count);
}
