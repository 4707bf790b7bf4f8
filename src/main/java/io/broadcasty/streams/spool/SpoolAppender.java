package io.broadcasty.streams.spool;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BlockingPublisher;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.RejectedDataException;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.Submission;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

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

  private static final AppendOutcome REJECTED =
      new AppendOutcome.Rejected("the spool refuses this publication; change its id or its texts");

  private final Broker streams;
  private final Spool spool;
  private final WaitingChannels waiting;
  private final SpoolVisibility visibility;

  SpoolAppender(Broker streams, Spool spool, WaitingChannels waiting, SpoolVisibility visibility) {
    this.streams = streams;
    this.spool = spool;
    this.waiting = waiting;
    this.visibility = visibility;
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    List<Envelope> envelopes =
        group.stream().flatMap(submission -> submission.envelopes().stream()).toList();
    List<AppendOutcome> outcomes = appendAll(envelopes);
    readOldest(envelopes, outcomes);
    List<List<AppendOutcome>> answers = new ArrayList<>();
    int next = 0;
    for (Submission submission : group) {
      int end = next + submission.envelopes().size();
      answers.add(outcomes.subList(next, end));
      next = end;
    }
    return answers;
  }

  private List<AppendOutcome> appendAll(List<Envelope> envelopes) {
    if (streams.condition().state() != StoreCondition.State.UP) {
      return queue(envelopes);
    }
    AppendOutcome[] outcomes = new AppendOutcome[envelopes.size()];
    Arrays.fill(outcomes, QUEUED);
    Set<TenantChannel> ahead;
    try {
      ahead = addBehind(envelopes, outcomes);
    } catch (RejectedDataException e) { // nothing was added
      return apart(envelopes, e, this::appendAll);
    }
    publishAhead(envelopes, outcomes, ahead);
    return Arrays.asList(outcomes);
  }

  /** Adds envelopes to the spool, without those that it refuses for good. */
  private List<AppendOutcome> queue(List<Envelope> envelopes) {
    try {
      spool.add(envelopes);
      return Collections.nCopies(envelopes.size(), QUEUED);
    } catch (RejectedDataException e) {
      return apart(envelopes, e, this::queue);
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot add publications to the spool; they are refused", e);
      return Collections.nCopies(envelopes.size(), REFUSED);
    }
  }

  /** Does the same with each half, in order, so that one envelope costs itself alone. */
  private static List<AppendOutcome> apart(
      List<Envelope> envelopes,
      RejectedDataException rejection,
      Function<List<Envelope>, List<AppendOutcome>> halves) {
    if (envelopes.size() == 1) {
      LOG.log(Level.WARNING, "The spool refuses a publication for good", rejection);
      return List.of(REJECTED);
    }
    int half = envelopes.size() / 2;
    List<AppendOutcome> outcomes = new ArrayList<>(halves.apply(envelopes.subList(0, half)));
    outcomes.addAll(halves.apply(envelopes.subList(half, envelopes.size())));
    return outcomes;
  }

  /**
   * Queues what is behind waiting publications, and returns the other channels. While the spool
   * cannot be reached, only publications to channels that are known to wait are refused.
   */
  private Set<TenantChannel> addBehind(List<Envelope> envelopes, AppendOutcome[] outcomes) {
    try {
      return spool.addBehind(envelopes);
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot ask the spool; publishing what is not known to wait", e);
      visibility.recordUnreachable();
      Set<TenantChannel> ahead = new HashSet<>();
      for (int i = 0; i < outcomes.length; i++) {
        TenantChannel channel = envelopes.get(i).channel();
        if (waiting.contains(channel)) {
          outcomes[i] = REFUSED;
        } else {
          ahead.add(channel);
        }
      }
      return ahead;
    }
  }

  /** Reads since when the channels of queued publications have been waiting. */
  private void readOldest(List<Envelope> envelopes, List<AppendOutcome> outcomes) {
    Set<TenantChannel> queued = new HashSet<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof AppendOutcome.Queued) {
        queued.add(envelopes.get(i).channel());
      }
    }
    if (queued.isEmpty()) {
      return;
    }
    try {
      visibility.recordOldest(spool.oldestNumbers(queued));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read the spool; queued publications are answered later", e);
    }
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
    List<Integer> refused = new ArrayList<>();
    for (int i = 0; i < published.size(); i++) {
      outcomes[places.get(i)] = published.get(i);
      if (published.get(i) instanceof AppendOutcome.Unavailable) {
        refused.add(places.get(i));
      }
    }
    if (!refused.isEmpty()) {
      List<AppendOutcome> queued = queue(refused.stream().map(envelopes::get).toList());
      for (int i = 0; i < queued.size(); i++) {
        outcomes[refused.get(i)] = queued.get(i);
      }
    }
  }
}
