package io.broadcasty.mirror;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which channels are mirrored, of every tenant.
 *
 * @param patterns one of which such a channel matches
 */
public record MirroredChannels(List<ChannelPattern> patterns) {

  public MirroredChannels {
    patterns = List.copyOf(patterns);
  }

  /** Whether the channel is mirrored. */
  public boolean contains(TenantChannel channel) {
    return contains(channel.name());
  }

  /** Whether channels of that name are mirrored. */
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
