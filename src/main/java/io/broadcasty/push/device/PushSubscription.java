package io.broadcasty.push.device;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device that a user gets notifications on.
 *
 * @param id chosen by the server; it reveals nothing of the address
 * @param device the user's name for the device; null when it has none
 * @param topics what it follows, in order; the name of a channel follows that channel
 * @param confirmedAtMillis when it was last registered, by the wall clock
 */
public record PushSubscription(
    String id,
    TenantId tenant,
    String user,
    DeviceAddress address,
    @Nullable String device,
    List<ChannelName> topics,
    long confirmedAtMillis) {

  public PushSubscription {
    topics = List.copyOf(topics);
  }
}
