package io.broadcasty.push;

import io.broadcasty.channel.ChannelName;
import java.util.Set;

/**
 * Devices of one tenant; those that are named several times get one notification.
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

  /** Whether it names nobody. */
  public boolean isEmpty() {
    return users.isEmpty() && devices.isEmpty() && topics.isEmpty();
  }
}
