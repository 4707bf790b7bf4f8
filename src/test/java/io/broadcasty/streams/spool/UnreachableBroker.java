package io.broadcasty.streams.spool;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.StoreCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A broker that refuses all publications, or those to one channel. */
final class UnreachableBroker extends ForwardingBroker {

  private static final AppendOutcome REFUSED =
      new AppendOutcome.Unavailable("unreachable", Duration.ofSeconds(1));

  private volatile boolean allUnreachable;
  private volatile @Nullable TenantChannel unreachable;

  /** Runs after a publish, before its answer. */
  volatile Runnable afterPublish = () -> {};

  UnreachableBroker(Broker real) {
    super(real);
  }

  void makeUnreachable() {
    allUnreachable = true;
  }

  /** Refuses publications to this channel alone, which the condition does not report. */
  void makeUnreachable(TenantChannel channel) {
    unreachable = channel;
  }

  void makeReachable() {
    allUnreachable = false;
    unreachable = null;
  }

  private boolean isUnreachable(Envelope envelope) {
    return allUnreachable || envelope.channel().equals(unreachable);
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    List<Envelope> accepted = envelopes.stream().filter(e -> !isUnreachable(e)).toList();
    Iterator<AppendOutcome> outcomes =
        super.publish(accepted).toCompletableFuture().join().iterator();
    afterPublish.run();
    List<AppendOutcome> all = new ArrayList<>();
    for (Envelope envelope : envelopes) {
      all.add(isUnreachable(envelope) ? REFUSED : outcomes.next());
    }
    return CompletableFuture.completedFuture(all);
  }

  @Override
  public StoreCondition condition() {
    return allUnreachable
        ? new StoreCondition(StoreCondition.State.DOWN, "unreachable")
        : StoreCondition.UP;
  }
}
