package io.broadcasty.mirror;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
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
