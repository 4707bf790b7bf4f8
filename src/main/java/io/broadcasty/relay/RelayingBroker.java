package io.broadcasty.relay;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A broker that relays publications to providers. Publishing does not wait for providers: an
 * appended publication only marks its channel.
 */
@ThreadSafe
public final class RelayingBroker extends ForwardingBroker {

  private final Relay relay;

  /**
   * Creates a broker that relays what is published to it.
   *
   * @param streams the broker of the streams; closed with this
   * @param relay relays those streams; closed before them
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
