package io.broadcasty.spool;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.ForwardingBroker;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.channel.TenantChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A broker that refuses all publications, or those to one channel. */
final class AwayBroker extends ForwardingBroker {

  private static final AppendOutcome REFUSED =
      new AppendOutcome.Unavailable("away", Duration.ofSeconds(1));

  private volatile boolean allAway;
  private volatile @Nullable TenantChannel away;

  /** Runs after a publish, before its answer. */
  volatile Runnable afterPublish = () -> {};

  AwayBroker(Broker real) {
    super(real);
  }

  void away() {
    allAway = true;
  }

  /** Refuses publications to this channel alone, which the condition does not report. */
  void away(TenantChannel channel) {
    away = channel;
  }

  void back() {
    allAway = false;
    away = null;
  }

  private boolean isAway(Envelope envelope) {
    return allAway || envelope.channel().equals(away);
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    List<Envelope> taken = envelopes.stream().filter(e -> !isAway(e)).toList();
    Iterator<AppendOutcome> outcomes = super.publish(taken).toCompletableFuture().join().iterator();
    afterPublish.run();
    List<AppendOutcome> all = new ArrayList<>();
    for (Envelope envelope : envelopes) {
      all.add(isAway(envelope) ? REFUSED : outcomes.next());
    }
    return CompletableFuture.completedFuture(all);
  }

  @Override
  public StoreCondition condition() {
    return allAway ? new StoreCondition(StoreCondition.State.DOWN, "away") : StoreCondition.UP;
  }
}
