package io.broadcasty.streams.spool;

import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.BlockingPublisher;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.LeaderLock;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.Spool.SpooledEnvelope;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Empties the spool when the streams can be reached, on a thread of its own: publishes the oldest
 * entries first, and removes those that have a position. A channel whose stream still cannot be
 * reached keeps its entries, in order; other channels do not wait for it.
 */
final class SpoolDrainer {

  private static final System.Logger LOG = System.getLogger(SpoolDrainer.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Emptying the spool", Ticker.system());
  private static final long ROUND_MILLIS = 100;

  private static final int PAGE = 500;

  /**
   * Rounds skipped after one that published nothing, since the streams may be unreachable for long.
   */
  private static final int SKIPPED_ROUNDS = 9;

  /**
   * The maximum number of pages while holding the leader lock, so that they do not outlast its
   * lease.
   */
  private static final int PAGES = 20;

  private static final long MAX_WAIT_SECONDS = 10;

  private final Broker streams;
  private final Spool spool;
  private final WaitingChannels waiting;
  private final SpoolVisibility visibility;
  private final LeaderLock leaderLock;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread thread;
  private int skippedRounds;
  private long published; // since the spool was empty

  SpoolDrainer(
      Broker streams,
      Spool spool,
      WaitingChannels waiting,
      SpoolVisibility visibility,
      LeaderLock leaderLock) {
    this.streams = streams;
    this.spool = spool;
    this.waiting = waiting;
    this.visibility = visibility;
    this.leaderLock = leaderLock;
  }

  void start(ThreadFactory threads) {
    Thread started = threads.newThread(this::run);
    thread = started;
    started.start();
  }

  /** Stops after the current page. */
  void close() {
    closing.countDown();
    Thread started = thread;
    if (started != null) {
      try {
        started.join(TimeUnit.SECONDS.toMillis(MAX_WAIT_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    do {
      try {
        runRound();
        failures.recordSuccess();
      } catch (BrokerException e) {
        visibility.recordUnreachable();
        LOG.log(Level.DEBUG, "Cannot reach the spool; trying again", e);
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    } while (!isClosingAfter(ROUND_MILLIS));
  }

  /** Checks whether entries wait, and publishes them if that may succeed. */
  void runRound() {
    refreshWaiting();
    if (!waiting.isEmpty() && skippedRounds-- <= 0) {
      long before = published;
      leaderLock.runIfAcquired(this::publish);
      skippedRounds = published > before ? 0 : SKIPPED_ROUNDS;
      refreshWaiting();
    }
    if (waiting.isEmpty() && published > 0) {
      LOG.log(Level.INFO, published + " queued publications have been published from the spool");
      published = 0;
    }
  }

  private void refreshWaiting() {
    long start = visibility.startRead();
    Map<TenantChannel, Object> before = waiting.snapshot();
    Set<TenantChannel> channels = spool.channels();
    waiting.replace(before, channels);
    visibility.recordRead(start, channels);
  }

  private void publish() {
    Set<TenantChannel> held = new HashSet<>();
    long after = 0;
    for (int page = 0; page < PAGES && closing.getCount() > 0; page++) {
      List<SpooledEnvelope> oldest = oldest(after);
      if (oldest.isEmpty()) {
        return;
      }
      after = oldest.get(oldest.size() - 1).number();
      publish(oldest.stream().filter(s -> !held.contains(s.envelope().channel())).toList(), held);
      refreshWaiting();
    }
  }

  /**
   * Reads the oldest entries. An entry that this node cannot decode waits for a node that can, and
   * nothing overtakes it.
   */
  private List<SpooledEnvelope> oldest(long after) {
    try {
      return spool.oldest(after, PAGE);
    } catch (UnknownVersionException e) {
      LOG.log(Level.DEBUG, "Cannot empty the spool now; this or another node tries again", e);
      return List.of();
    }
  }

  /**
   * Publishes a page in order, as far as possible.
   *
   * @param held the channels whose streams accept nothing; some may be added
   */
  private void publish(List<SpooledEnvelope> page, Set<TenantChannel> held) {
    if (page.isEmpty()) {
      return;
    }
    // So that an entry that was published, but not removed from the spool, is recognised when it
    // comes again.
    List<AppendOutcome> outcomes =
        BlockingPublisher.publishAndWait(
            streams, page.stream().map(spooled -> spooled.envelope().asIdempotent()).toList());
    List<SpooledEnvelope> done = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      if (outcomes.get(i) instanceof AppendOutcome.Appended) {
        done.add(page.get(i));
      } else if (outcomes.get(i) instanceof AppendOutcome.Rejected) {
        LOG.log(Level.ERROR, "A queued publication is dropped: its stream refuses it for good");
        done.add(page.get(i));
      } else {
        held.add(page.get(i).envelope().channel());
      }
    }
    if (!done.isEmpty()) {
      spool.remove(done);
      published += done.size();
    }
  }

  private boolean isClosingAfter(long millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
      return closing.getCount() == 0;
    }
  }
}
