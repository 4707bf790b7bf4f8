package io.broadcasty.driver;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.ReplayPage;
import io.broadcasty.broker.ReplayRequest;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.broker.StreamState;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A broker whose publications are relayed to providers. Publishing does not wait for that: what has
 * its position only marks its channel.
 */
public final class RelayingBroker implements Broker {

  private final Broker streams;
  private final Relay relay;

  /**
   * @param streams where the streams are; closed with this
   * @param relay of those streams; closed with this, and before them
   */
  public RelayingBroker(Broker streams, Relay relay) {
    this.streams = streams;
    this.relay = relay;
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return streams
        .publish(envelopes)
        .thenApply(
            outcomes -> {
              for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i) instanceof AppendOutcome.Appended appended
                    && !appended.duplicate()) {
                  relay.mark(envelopes.get(i).channel(), appended.position());
                }
              }
              return outcomes;
            });
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
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    return streams.channels(tenant, pattern, limit);
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
    relay.close();
    streams.close();
  }
}
