package io.broadcasty.presence;

import io.broadcasty.core.channel.TenantChannel;
import java.util.List;

/**
 * The members that joined and left since the previous change.
 *
 * @param version one more than that of the previous change; counts on this node only, as long as
 *     the channel is followed
 * @param joined members that were not present, and members whose JSON has changed
 * @param left ids of members that are no longer present
 */
public record PresenceChange(
    TenantChannel channel, long version, List<Member> joined, List<String> left) {}
