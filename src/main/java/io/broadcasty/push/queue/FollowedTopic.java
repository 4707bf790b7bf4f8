package io.broadcasty.push.queue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.push.device.Confirmation;

/**
 * The topic by which a claimed dispatch addresses its device.
 *
 * @param followed whether the device follows it now
 * @param confirmation the device's last
 */
public record FollowedTopic(ChannelName topic, boolean followed, Confirmation confirmation) {}
