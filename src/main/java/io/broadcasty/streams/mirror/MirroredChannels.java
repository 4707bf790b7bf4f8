package io.broadcasty.streams.mirror;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The channels that are mirrored, for all tenants.
 *
 * @param patterns a mirrored channel matches one of these
 */
public record MirroredChannels(List<ChannelPattern> patterns) {

  public MirroredChannels {
    patterns = List.copyOf(patterns);
  }

  /** Returns whether a channel is mirrored. */
  public boolean contains(TenantChannel channel) {
    return contains(channel.name());
  }

  /** Returns whether channels with this name are mirrored. */
  public boolean contains(ChannelName name) {
    for (ChannelPattern pattern : patterns) {
      if (pattern.matches(name)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return patterns.stream().map(ChannelPattern::toString).collect(Collectors.joining(","));
  }
}
