package io.broadcasty.presence;

import io.broadcasty.channel.TenantChannel;
import java.util.List;

/**
 * Who has come and gone since the change before.
 *
 * @param version one more than that of the change before; counts on this node alone, as long as the
 *     channel is followed
 * @param joined members that were not present, and members that say something else of themselves
 * @param left ids of members that are not present any more
 */
public record PresenceChange(
    TenantChannel channel, long version, List<Member> joined, List<String> left) {}
