package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the channels of all tenants that have a stream. */
@FunctionalInterface
public interface ChannelDirectory {

  /**
   * Returns the matching channels, in order of tenant and name.
   *
   * @param after the channel before the first one to return; null to begin with the first
   * @param limit the maximum number; fewer are returned only when there are no more
   * @throws BrokerException when the store cannot be read; trying again later is right
   */
  List<TenantChannel> channels(ChannelPattern pattern, @Nullable TenantChannel after, int limit);
}
