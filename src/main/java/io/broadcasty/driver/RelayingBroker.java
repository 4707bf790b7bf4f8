package io.broadcasty.driver;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.ForwardingBroker;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A broker whose publications are relayed to providers. Publishing does not wait for that: what has
 * its position only marks its channel.
 */
public final class RelayingBroker extends ForwardingBroker {

  private final Relay relay;

  /**
   * @param streams where the streams are; closed with this
   * @param relay of those streams; closed with this, and before them
   */
  public RelayingBroker(Broker streams, Relay relay) {
    super(streams);
    this.relay = relay;
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    return super.publish(envelopes)
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
  public void close() {
    relay.close();
    super.close();
  }
}
