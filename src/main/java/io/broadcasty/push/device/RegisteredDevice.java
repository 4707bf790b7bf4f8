package io.broadcasty.push.device;

import io.broadcasty.core.channel.ChannelName;
import java.util.List;

/**
 * The result of a registration.
 *
 * @param dropped the topics that the device followed and its user may not follow any more, in order
 */
public record RegisteredDevice(PushSubscription subscription, List<ChannelName> dropped) {

  public RegisteredDevice {
    dropped = List.copyOf(dropped);
  }
}
