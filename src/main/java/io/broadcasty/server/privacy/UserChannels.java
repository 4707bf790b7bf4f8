package io.broadcasty.server.privacy;

import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.rbac.TenantPolicies;
import io.broadcasty.streams.broker.Envelope;
import java.util.List;

/**
 * Decides which publications are a user's: those that it has published, as far as they are stamped
 * with their sender, and all on channels that are for the user alone. These are named by the
 * tenant's policies with {@code {sub}} in their pattern, and by the request.
 */
final class UserChannels {

  private final DataSubject subject;
  private final TenantPolicies policies;
  private final List<String> names;
  private final List<ChannelPattern> patterns;

  UserChannels(DataSubject subject, TenantPolicies policies) {
    this.subject = subject;
    this.policies = policies;
    this.names =
        subject.channels().stream().filter(each -> !ChannelPattern.isPattern(each)).toList();
    this.patterns =
        subject.channels().stream()
            .filter(ChannelPattern::isPattern)
            .map(ChannelPattern::parse)
            .toList();
  }

  /** Returns whether all on a channel is the user's. */
  boolean contains(ChannelName channel) {
    return names.contains(channel.value())
        || patterns.stream().anyMatch(pattern -> pattern.matches(channel))
        || policies.isForSubject(channel.value(), subject.user());
  }

  /** Returns whether a message is the user's and has not been erased. */
  boolean contains(Envelope envelope) {
    return !envelope.message().isErased()
        && (subject.user().equals(envelope.message().origin().sender())
            || contains(envelope.channel().name()));
  }
}
