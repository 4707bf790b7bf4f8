package io.broadcasty.streams.compaction;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import java.util.List;

/** Says which channels are compacted. Never blocks, never throws. */
@ThreadSafe
@FunctionalInterface
public interface CompactedChannels {

  /** Returns whether the channel is compacted now. */
  boolean contains(TenantChannel channel);

  /** Returns the channels of all tenants that match one of the patterns. */
  static CompactedChannels matching(List<ChannelPattern> patterns) {
    List<ChannelPattern> copy = List.copyOf(patterns);
    return channel -> copy.stream().anyMatch(pattern -> pattern.matches(channel.name()));
  }
}
