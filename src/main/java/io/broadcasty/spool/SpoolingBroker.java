package io.broadcasty.spool;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.ForwardingBroker;
import io.broadcasty.broker.GroupCommit;
import io.broadcasty.broker.Spool;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.broker.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A broker that keeps publications in a spool while its streams cannot be reached, and answers that
 * they are {@link AppendOutcome.Queued queued}. Afterwards they are published in the order in which
 * they were queued; until the last of a channel is, what comes for the channel is queued behind.
 *
 * <p>What another node has queued this one knows after a moment. An id that the server made is kept
 * too, so that an envelope that is taken out of the spool twice is appended once.
 */
public final class SpoolingBroker extends ForwardingBroker {

  private static final int MAX_GROUP = 500;
  private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;

  private final WaitingChannels waiting;
  private final GroupCommit queue;
  private final Drain drain;

  /**
   * Starts the threads: one that queues, one that empties the spool.
   *
   * @param streams where the streams are; closed with this
   * @param turn which of the nodes empties the spool
   * @param answers completes the publishers' futures, as of {@link GroupCommit}
   */
  public SpoolingBroker(
      Broker streams, Spool spool, Turn turn, ThreadFactory threads, Executor answers) {
    this(
        streams,
        new WaitingChannels(),
        new GroupCommit(
            new SpoolAppender(streams, spool), MAX_GROUP, MAX_WAITING_BYTES, threads, answers),
        spool,
        turn);
    drain.start(threads);
  }

  /** Without a thread that empties the spool. */
  SpoolingBroker(
      Broker streams, WaitingChannels waiting, GroupCommit queue, Spool spool, Turn turn) {
    super(streams);
    this.waiting = waiting;
    this.queue = queue;
    this.drain = new Drain(streams, spool, waiting, turn);
  }

  /** For how many channels something waits, as far as this node knows. */
  public int waitingChannels() {
    return waiting.size();
  }

  Drain drain() {
    return drain;
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    if (waiting.isEmpty()) {
      return queueingRefused(envelopes, super.publish(envelopes));
    }
    List<Envelope> behind = only(envelopes, e -> waiting.contains(e.channel()));
    if (behind.isEmpty()) {
      return queueingRefused(envelopes, super.publish(envelopes));
    }
    List<Envelope> ahead = only(envelopes, e -> !behind.contains(e));
    CompletionStage<List<AppendOutcome>> queued = queue(behind);
    if (ahead.isEmpty()) {
      return queued;
    }
    return queueingRefused(ahead, super.publish(ahead))
        .thenCombine(queued, (first, second) -> merged(envelopes, behind, first, second));
  }

  /** What the streams cannot take since they cannot be reached is queued. */
  private CompletionStage<List<AppendOutcome>> queueingRefused(
      List<Envelope> envelopes, CompletionStage<List<AppendOutcome>> publishing) {
    return publishing.thenCompose(
        outcomes -> {
          List<Envelope> refused = new ArrayList<>();
          for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof AppendOutcome.Unavailable) {
              refused.add(envelopes.get(i));
            }
          }
          if (refused.isEmpty() || super.condition().state() == StoreCondition.State.UP) {
            return CompletableFuture.completedFuture(outcomes);
          }
          return queue(refused)
              .thenApply(
                  queued -> {
                    List<AppendOutcome> all = new ArrayList<>(outcomes);
                    int next = 0;
                    for (int i = 0; i < all.size(); i++) {
                      if (all.get(i) instanceof AppendOutcome.Unavailable) {
                        all.set(i, queued.get(next++));
                      }
                    }
                    return all;
                  });
        });
  }

  private CompletionStage<List<AppendOutcome>> queue(List<Envelope> envelopes) {
    envelopes.forEach(envelope -> waiting.adding(envelope.channel()));
    return queue
        .publish(envelopes)
        .whenComplete(
            (outcomes, failure) ->
                envelopes.forEach(envelope -> waiting.added(envelope.channel())));
  }

  private static List<AppendOutcome> merged(
      List<Envelope> envelopes,
      List<Envelope> behind,
      List<AppendOutcome> ofAhead,
      List<AppendOutcome> ofBehind) {
    @Nullable AppendOutcome[] all = new @Nullable AppendOutcome[envelopes.size()];
    int ahead = 0;
    int queued = 0;
    for (int i = 0; i < all.length; i++) {
      boolean isBehind = behind.contains(envelopes.get(i));
      all[i] = isBehind ? ofBehind.get(queued++) : ofAhead.get(ahead++);
    }
    @SuppressWarnings("NullAway") // each place has been filled now
    List<AppendOutcome> outcomes = Arrays.asList(all);
    return outcomes;
  }

  private static List<Envelope> only(List<Envelope> envelopes, Predicate<Envelope> which) {
    return envelopes.stream().filter(which).toList();
  }

  /** {@inheritDoc} Without its streams it can still queue, as long as the spool can be reached. */
  @Override
  public StoreCondition condition() {
    StoreCondition condition = super.condition();
    return condition.state() == StoreCondition.State.UP || !drain.isSpoolUp()
        ? condition
        : new StoreCondition(
            StoreCondition.State.QUEUEING,
            condition.reason() + "; publications are queued in the database");
  }

  @Override
  public String durability() {
    return super.durability() + "; while it cannot be reached, queued in the database";
  }

  @Override
  public void close() {
    drain.close();
    queue.close();
    super.close();
  }
}
