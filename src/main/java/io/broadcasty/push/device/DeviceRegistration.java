package io.broadcasty.push.device;

import io.broadcasty.core.channel.ChannelName;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A device as a user registers it, or confirms its registration.
 *
 * @param device the user's name for the device; null for none
 * @param topics what it follows from now on; null to keep what it follows already
 */
public record DeviceRegistration(
    String user,
    DeviceAddress address,
    @Nullable String device,
    @Nullable Collection<ChannelName> topics,
    Confirmation confirmation) {}
