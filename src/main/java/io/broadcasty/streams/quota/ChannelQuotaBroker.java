package io.broadcasty.streams.quota;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.EphemeralEnvelopes;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.StoreCondition;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.ToLongFunction;

/**
 * A broker that refuses, with {@link AppendOutcome.TooManyChannels}, what would create a channel
 * beyond its tenant's quota. Channels that exist are published to as before, also when a quota is
 * lowered.
 *
 * <p>A publication to a channel that this node has not seen within a minute waits for a thread
 * which asks the store; so do those that follow it on the channel, in order. All others, and those
 * of tenants without a quota, are passed on at once. The quota is exact for one node. Nodes that
 * create channels at the same moment may exceed it by these, and while the store cannot be read
 * nothing is limited, so that publications can be queued.
 */
@ThreadSafe
public final class ChannelQuotaBroker extends ForwardingBroker {

  private static final int MAX_GROUP = 500;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;

  private final ToLongFunction<TenantId> quotas;
  private final KnownChannels known;
  private final GroupCommit checked;

  /** How many publications of a channel wait for the thread. */
  private final ConcurrentHashMap<TenantChannel, Integer> waiting = new ConcurrentHashMap<>();

  /**
   * Starts the thread.
   *
   * @param streams the broker of the streams; closed with this one
   * @param quotas how many channels a tenant may have; 0 for any number; queried each time
   * @param memory counts what waits, for its tenant
   * @param answers completes the publishers' futures, as for {@link GroupCommit}
   */
  public ChannelQuotaBroker(
      Broker streams,
      ToLongFunction<TenantId> quotas,
      MemoryBudget memory,
      Ticker ticker,
      ThreadFactory threads,
      Executor answers) {
    super(streams);
    this.quotas = quotas;
    this.known = new KnownChannels(ticker);
    this.checked =
        new GroupCommit(
            new QuotaAppender(streams, quotas, known),
            MAX_GROUP,
            MAX_WAITING_BYTES,
            memory,
            threads,
            answers);
  }

  /** {@inheritDoc} What is ephemeral creates no channel. */
  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    for (Envelope envelope : envelopes) {
      if (mustWait(envelope)) {
        return EphemeralEnvelopes.publish(envelopes, this::check, super::publish);
      }
    }
    return super.publish(envelopes);
  }

  private boolean mustWait(Envelope envelope) {
    TenantChannel channel = envelope.channel();
    return !envelope.ephemeral()
        && quotas.applyAsLong(channel.tenant()) > 0
        && (waiting.containsKey(channel) || (!known.contains(channel) && isReadable()));
  }

  private boolean isReadable() {
    return super.condition().state() == StoreCondition.State.UP;
  }

  private CompletionStage<List<AppendOutcome>> check(List<Envelope> envelopes) {
    envelopes.forEach(each -> waiting.merge(each.channel(), 1, Integer::sum));
    return checked
        .publish(envelopes)
        .whenComplete(
            (outcomes, failure) ->
                envelopes.forEach(
                    each ->
                        waiting.computeIfPresent(
                            each.channel(), (channel, count) -> count == 1 ? null : count - 1)));
  }

  @Override
  public void close() {
    checked.close();
    super.close();
  }
}
