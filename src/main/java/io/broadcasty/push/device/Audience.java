package io.broadcasty.push.device;

import io.broadcasty.core.channel.ChannelName;
import java.util.Set;

/**
 * Addressees of one tenant's notification: users, devices and topics.
 *
 * <p>A device that is addressed several times gets one notification.
 *
 * @param users all devices of these users
 * @param devices ids of subscriptions
 * @param topics all devices that follow one of these
 */
public record Audience(Set<String> users, Set<String> devices, Set<ChannelName> topics) {

  public Audience {
    users = Set.copyOf(users);
    devices = Set.copyOf(devices);
    topics = Set.copyOf(topics);
  }

  /** Returns whether no user, device or topic is addressed. */
  public boolean isEmpty() {
    return users.isEmpty() && devices.isEmpty() && topics.isEmpty();
  }
}
