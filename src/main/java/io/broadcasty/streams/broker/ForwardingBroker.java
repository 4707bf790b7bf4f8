package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Delegates all calls to another broker, including {@link #close}; a subclass overrides what it
 * does differently.
 */
@ThreadSafe
public abstract class ForwardingBroker implements Broker {

  private final Broker streams;

  /**
   * @param streams the broker of the streams; closed with this one
   */
  protected ForwardingBroker(Broker streams) {
    this.streams = streams;
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return streams.publish(envelopes);
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    return streams.replay(request);
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    return streams.states(channel, partitions);
  }

  @Override
  public Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
    return streams.heads(channels);
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    return streams.channels(tenant, pattern, limit);
  }

  @Override
  public List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    return streams.channels(tenant, prefix, after, limit);
  }

  @Override
  public long countChannels(TenantId tenant, long limit) {
    return streams.countChannels(tenant, limit);
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    return streams.follow(channel);
  }

  @Override
  public void unfollow(TenantChannel channel) {
    streams.unfollow(channel);
  }

  @Override
  public CompletionStage<Void> follow(TenantId tenant, ChannelPattern pattern) {
    return streams.follow(tenant, pattern);
  }

  @Override
  public void unfollow(TenantId tenant, ChannelPattern pattern) {
    streams.unfollow(tenant, pattern);
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    return streams.erase(stream, sequences);
  }

  @Override
  public void prune() {
    streams.prune();
  }

  @Override
  public StoreCondition condition() {
    return streams.condition();
  }

  @Override
  public String durability() {
    return streams.durability();
  }

  @Override
  public void close() {
    streams.close();
  }
}
