package io.broadcasty.streams.quota;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BlockingPublisher;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Submission;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Publishes what may create channels, one group after the other, so that the channels of one group
 * are counted before those of the next.
 */
final class QuotaAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(QuotaAppender.class.getName());

  private final Broker streams;
  private final ToLongFunction<TenantId> quotas;
  private final KnownChannels known;

  QuotaAppender(Broker streams, ToLongFunction<TenantId> quotas, KnownChannels known) {
    this.streams = streams;
    this.quotas = quotas;
    this.known = known;
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    List<Envelope> envelopes =
        group.stream().flatMap(submission -> submission.envelopes().stream()).toList();
    List<AppendOutcome> outcomes = publish(envelopes, refused(envelopes));
    List<List<AppendOutcome>> answers = new ArrayList<>(group.size());
    int next = 0;
    for (Submission submission : group) {
      int end = next + submission.envelopes().size();
      answers.add(outcomes.subList(next, end));
      next = end;
    }
    return answers;
  }

  private List<AppendOutcome> publish(
      List<Envelope> envelopes, Map<TenantChannel, AppendOutcome> refused) {
    List<Envelope> admitted =
        envelopes.stream().filter(each -> !refused.containsKey(each.channel())).toList();
    List<AppendOutcome> published =
        admitted.isEmpty() ? List.of() : BlockingPublisher.publishAndWait(streams, admitted);
    List<AppendOutcome> outcomes = new ArrayList<>(envelopes.size());
    int next = 0;
    for (Envelope envelope : envelopes) {
      AppendOutcome refusal = refused.get(envelope.channel());
      AppendOutcome outcome = refusal == null ? published.get(next++) : refusal;
      if (outcome instanceof AppendOutcome.Appended) {
        known.add(envelope.channel());
      }
      outcomes.add(outcome);
    }
    return outcomes;
  }

  /** Returns why nothing may be published to some channels. */
  private Map<TenantChannel, AppendOutcome> refused(List<Envelope> envelopes) {
    Map<TenantId, Set<TenantChannel>> unknown = new HashMap<>();
    for (Envelope envelope : envelopes) {
      TenantChannel channel = envelope.channel();
      if (quotas.applyAsLong(channel.tenant()) > 0 && !known.contains(channel)) {
        unknown.computeIfAbsent(channel.tenant(), t -> new LinkedHashSet<>()).add(channel);
      }
    }
    Map<TenantChannel, AppendOutcome> refused = new HashMap<>();
    unknown.forEach(
        (tenant, channels) -> {
          try {
            refuse(tenant, channels, refused);
          } catch (BrokerException e) { // publishing tells what is wrong, or queues
            LOG.log(Level.DEBUG, "Cannot count the channels of a tenant; they are not limited", e);
          }
        });
    return refused;
  }

  private void refuse(
      TenantId tenant, Set<TenantChannel> channels, Map<TenantChannel, AppendOutcome> refused) {
    long quota = quotas.applyAsLong(tenant);
    long room = quota - streams.countChannels(tenant, quota);
    if (room >= channels.size()) {
      return;
    }
    Map<TenantChannel, List<Position>> heads = streams.heads(channels);
    for (TenantChannel channel : channels) {
      if (heads.getOrDefault(channel, List.of()).isEmpty() && room-- <= 0) {
        refused.put(channel, new AppendOutcome.TooManyChannels(quota));
      }
    }
  }
}
