package io.broadcasty.core.rbac;

import io.broadcasty.core.channel.ChannelPattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The policies of one tenant, ready to be asked on every publication. Immutable. */
public final class TenantPolicies {

  /** No policies. */
  public static final TenantPolicies NONE = new TenantPolicies(List.of());

  private final Map<String, ChannelPolicy> byName = new HashMap<>();

  private final boolean settings;
  private final boolean mirror;

  /** Those for more than one channel; of two that cover the same one, the more specific first. */
  private final List<ChannelPolicy> byPattern = new ArrayList<>();

  /**
   * @param policies no two of the same shape
   */
  public TenantPolicies(List<ChannelPolicy> policies) {
    settings = policies.stream().anyMatch(each -> !each.settings().isNone());
    mirror = policies.stream().anyMatch(each -> each.settings().mirror());
    for (ChannelPolicy each : policies) {
      if (each.channels().isName()) {
        byName.put(each.channels().toString(), each);
      } else {
        byPattern.add(each);
      }
    }
    byPattern.sort(Comparator.comparing((ChannelPolicy each) -> each.channels().rank()).reversed());
  }

  /** Returns these policies with another one, in place of that of the same shape. */
  public TenantPolicies with(ChannelPolicy other) {
    List<ChannelPolicy> all = new ArrayList<>(byName.values());
    all.addAll(byPattern);
    all.removeIf(each -> each.channels().shape().equals(other.channels().shape()));
    all.add(other);
    return new TenantPolicies(all);
  }

  /** Returns whether any policy has settings of its channels. */
  public boolean hasSettings() {
    return settings;
  }

  /** Returns whether the channels of a policy are mirrored. */
  public boolean hasMirror() {
    return mirror;
  }

  /** Returns the settings of the most specific policy that covers a channel. */
  public ChannelSettings settings(String channel) {
    ChannelPolicy governing = settings ? governing(channel) : null;
    return governing == null ? ChannelSettings.NONE : governing.settings();
  }

  /**
   * Returns whether a channel is for this user alone: a policy has {@code {sub}} in its pattern,
   * and the channel the user's id in its place.
   */
  public boolean isForSubject(String channel, String subject) {
    return byPattern.stream().anyMatch(each -> each.channels().isForSubject(channel, subject));
  }

  /**
   * Returns the most specific policy that covers a channel, or all channels of a requested pattern;
   * null when none does.
   */
  @Nullable ChannelPolicy governing(String nameOrPattern) {
    ChannelPolicy named = byName.get(nameOrPattern);
    if (named != null) {
      return named;
    }
    for (ChannelPolicy each : byPattern) {
      if (each.channels().covers(nameOrPattern)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Returns a policy that allows a request for a pattern on some of its channels; null when there
   * is none.
   */
  @Nullable ChannelPolicy grantingWithin(AccessRequest request) {
    if (!ChannelPattern.isPattern(request.channel())) {
      return null;
    }
    for (ChannelPolicy each : byPattern) {
      if (each.grantsWithin(request)) {
        return each;
      }
    }
    for (ChannelPolicy each : byName.values()) {
      if (each.grantsWithin(request)) {
        return each;
      }
    }
    return null;
  }
}
