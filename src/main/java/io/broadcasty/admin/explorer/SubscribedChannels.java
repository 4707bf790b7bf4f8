package io.broadcasty.admin.explorer;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The channels that have subscribers on this node. Does not block. */
@FunctionalInterface
public interface SubscribedChannels {

  /**
   * Returns a tenant's channels in order of name, with how many subscribers each has here.
   *
   * @param prefix what the names begin with; may be empty
   * @param after the channel before the first one to return; null to begin with the first
   * @param limit the maximum number; fewer are returned only when there are no more
   */
  SortedMap<ChannelName, Integer> find(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit);
}
