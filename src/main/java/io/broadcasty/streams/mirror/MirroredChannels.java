package io.broadcasty.streams.mirror;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The channels that are mirrored: by the configuration for all tenants, or by a policy. */
@ThreadSafe
public final class MirroredChannels {

  @SuppressWarnings("Immutable") // a copy of values
  private final List<ChannelPattern> patterns;

  private final ChannelSettingsLookup settings;

  /**
   * @param patterns a channel of any tenant that matches one of these is mirrored
   * @param settings the settings in force, which may say so of other channels
   */
  public MirroredChannels(List<ChannelPattern> patterns, ChannelSettingsLookup settings) {
    this.patterns = List.copyOf(patterns);
    this.settings = settings;
  }

  /** Returns whether a channel is mirrored. */
  public boolean contains(TenantChannel channel) {
    for (ChannelPattern pattern : patterns) {
      if (pattern.matches(channel.name())) {
        return true;
      }
    }
    return settings.of(channel).mirror();
  }

  /** Returns the configured patterns. */
  List<ChannelPattern> patterns() {
    return patterns;
  }

  /** Returns the tenants that have mirrored channels by a policy. */
  Set<TenantId> tenants() {
    return settings.mirroringTenants();
  }

  @Override
  public String toString() {
    return patterns.isEmpty()
        ? "of policies that say so"
        : patterns.stream().map(ChannelPattern::toString).collect(Collectors.joining(","))
            + " and those of policies that say so";
  }
}
