package io.broadcasty.broker;

import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the channels of all tenants that have a stream. */
@FunctionalInterface
public interface Directory {

  /**
   * The channels that match, in order of tenant and name.
   *
   * @param after the one before the first wanted; null for the first of all
   * @param limit at most so many; fewer mean that there are no more
   * @throws BrokerException when the store cannot be read; trying again later is right
   */
  List<TenantChannel> channels(ChannelPattern pattern, @Nullable TenantChannel after, int limit);
}
