package io.broadcasty.streams.compaction;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A broker that compacts its streams: of a compacted channel, each partition keeps only the newest
 * publication of a key, and the place of the others, as {@link Broker#erase} leaves it. Publishing
 * only marks the stream; {@link #compact} does the work. Publications without a key are not
 * concerned.
 */
@ThreadSafe
public final class CompactingBroker extends ForwardingBroker {

  private final CompactedChannels compacted;
  private final Compactor compactor;

  /**
   * @param streams the broker of the streams; closed with this one
   * @param delay the time after which a replaced publication is erased, if few were replaced six
   *     times as long; above 0
   */
  public CompactingBroker(
      Broker streams, CompactedChannels compacted, Duration delay, Ticker ticker) {
    super(streams);
    this.compacted = compacted;
    this.compactor = new Compactor(streams, compacted, delay, ticker);
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    CompletionStage<List<AppendOutcome>> appended = super.publish(envelopes);
    return hasKey(envelopes)
        ? appended.thenApply(
            outcomes -> {
              markAll(envelopes, outcomes);
              return outcomes;
            })
        : appended;
  }

  /** Compacts the streams that are due. Called every second, by one thread. Blocks on the store. */
  public void compact() {
    compactor.run();
  }

  /** Returns how many publications this node has erased since it started. */
  public long erased() {
    return compactor.erased();
  }

  private static boolean hasKey(List<Envelope> envelopes) {
    for (Envelope envelope : envelopes) {
      if (key(envelope) != null) {
        return true;
      }
    }
    return false;
  }

  private void markAll(List<Envelope> envelopes, List<AppendOutcome> outcomes) {
    for (int i = 0; i < outcomes.size(); i++) {
      Envelope envelope = envelopes.get(i);
      if (key(envelope) != null
          && outcomes.get(i) instanceof AppendOutcome.Appended appended
          && !appended.duplicate()
          && compacted.contains(envelope.channel())) {
        compactor.mark(envelope.channel(), appended.position().partition());
      }
    }
  }

  private static @Nullable String key(Envelope envelope) {
    return envelope.message().origin().compactionKey();
  }
}
