package io.broadcasty.push.device;

import io.broadcasty.core.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * A device as the queue stores it: without its address, which is looked up when it is sent to.
 *
 * @param user its user when the send was queued; if the device belongs to another user by then,
 *     nothing is sent
 * @param topic the topic by which it is addressed; if the device does not follow it by then, or may
 *     not, nothing is sent; null when the device or its user was named
 */
public record Recipient(
    String subscriptionId, String user, PushService service, @Nullable ChannelName topic) {

  /** Creates a recipient that was named, or whose user was. */
  public Recipient(String subscriptionId, String user, PushService service) {
    this(subscriptionId, user, service, null);
  }
}
