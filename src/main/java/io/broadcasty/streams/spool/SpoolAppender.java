package io.broadcasty.streams.spool;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.Submission;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Appends each group of publications to the spool. Once the streams are reachable again, only
 * publications behind waiting ones are queued. The others are published on this same thread, so
 * that one thread keeps the order of both.
 */
final class SpoolAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(SpoolAppender.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final AppendOutcome QUEUED = new AppendOutcome.Queued();
  private static final AppendOutcome REFUSED =
      new AppendOutcome.Unavailable("neither the store nor the spool can be reached", RETRY_AFTER);

  private final Broker streams;
  private final Spool spool;

  SpoolAppender(Broker streams, Spool spool) {
    this.streams = streams;
    this.spool = spool;
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    List<Envelope> envelopes =
        group.stream().flatMap(submission -> submission.envelopes().stream()).toList();
    AppendOutcome[] outcomes = new AppendOutcome[envelopes.size()];
    Arrays.fill(outcomes, QUEUED);
    try {
      if (streams.condition().state() == StoreCondition.State.UP) {
        publishAhead(envelopes, outcomes, spool.addBehind(envelopes));
      } else {
        spool.add(envelopes);
      }
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot add publications to the spool; they are refused", e);
      for (int i = 0; i < outcomes.length; i++) {
        outcomes[i] = outcomes[i] instanceof AppendOutcome.Appended ? outcomes[i] : REFUSED;
      }
    }
    List<List<AppendOutcome>> answers = new ArrayList<>();
    int next = 0;
    for (Submission submission : group) {
      int end = next + submission.envelopes().size();
      answers.add(Arrays.asList(outcomes).subList(next, end));
      next = end;
    }
    return answers;
  }

  /** Publishes to channels for which nothing waits; what is refused nevertheless is queued. */
  private void publishAhead(
      List<Envelope> envelopes, AppendOutcome[] outcomes, Set<TenantChannel> ahead) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (ahead.contains(envelopes.get(i).channel())) {
        places.add(i);
      }
    }
    if (places.isEmpty()) {
      return;
    }
    List<AppendOutcome> published =
        BlockingPublisher.publishAndWait(streams, places.stream().map(envelopes::get).toList());
    List<Envelope> refused = new ArrayList<>();
    for (int i = 0; i < published.size(); i++) {
      boolean isRefused = published.get(i) instanceof AppendOutcome.Unavailable;
      outcomes[places.get(i)] = isRefused ? QUEUED : published.get(i);
      if (isRefused) {
        refused.add(envelopes.get(places.get(i)));
      }
    }
    if (!refused.isEmpty()) {
      spool.add(refused);
    }
  }
}
