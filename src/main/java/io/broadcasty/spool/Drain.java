package io.broadcasty.spool;

import io.broadcasty.background.FailureLog;
import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Spool;
import io.broadcasty.broker.Spool.Spooled;
import io.broadcasty.broker.Turn;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.format.UnknownVersionException;
import io.broadcasty.time.Ticker;
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
 * Empties the spool when the streams can be reached, on a thread of its own: publishes what has
 * waited longest, and takes out what has its position. A channel whose stream still cannot be
 * reached keeps what it has, in order; the others do not wait for it.
 */
final class Drain {

  private static final System.Logger LOG = System.getLogger(Drain.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "emptying the spool", Ticker.system());
  private static final long ROUND_MILLIS = 200;

  private static final int PAGE = 500;

  /** Left out after one that brought nothing, since the streams may be away for long. */
  private static final int ROUNDS_LEFT_OUT = 4;

  /** In one turn, so that a turn does not outlast its lease. */
  private static final int PAGES = 20;

  private static final long PATIENCE_SECONDS = 10;

  private final Broker streams;
  private final Spool spool;
  private final WaitingChannels waiting;
  private final Turn turn;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean spoolUp;
  private @Nullable Thread thread;
  private int leftOut;
  private long published; // since the spool was empty

  Drain(Broker streams, Spool spool, WaitingChannels waiting, Turn turn) {
    this.streams = streams;
    this.spool = spool;
    this.waiting = waiting;
    this.turn = turn;
  }

  void start(ThreadFactory threads) {
    Thread started = threads.newThread(this::run);
    thread = started;
    started.start();
  }

  /** Whether the spool could be reached when it was last looked at. */
  boolean isSpoolUp() {
    return spoolUp;
  }

  /** Ends after the page that is under way. */
  void close() {
    closing.countDown();
    Thread started = thread;
    if (started != null) {
      try {
        started.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    do {
      try {
        round();
        failures.healed();
      } catch (BrokerException e) {
        spoolUp = false;
        LOG.log(Level.DEBUG, "the spool cannot be reached", e);
      } catch (RuntimeException e) {
        failures.failed(e);
      }
    } while (!isClosingAfter(ROUND_MILLIS));
  }

  /** Looks whether something waits, and publishes it when that may succeed. */
  void round() {
    look();
    if (!waiting.isEmpty() && leftOut-- <= 0) {
      long before = published;
      turn.take(this::publish);
      leftOut = published > before ? 0 : ROUNDS_LEFT_OUT;
      look();
    }
    if (waiting.isEmpty() && published > 0) {
      LOG.log(
          Level.INFO,
          published + " publications that waited in the database stand in their streams");
      published = 0;
    }
  }

  private void look() {
    Map<TenantChannel, Object> before = waiting.snapshot();
    waiting.replace(before, spool.channels());
    spoolUp = true;
  }

  private void publish() {
    Set<TenantChannel> held = new HashSet<>();
    long after = 0;
    for (int page = 0; page < PAGES && closing.getCount() > 0; page++) {
      List<Spooled> oldest = oldest(after);
      if (oldest.isEmpty()) {
        return;
      }
      after = oldest.get(oldest.size() - 1).number();
      publish(oldest.stream().filter(s -> !held.contains(s.envelope().channel())).toList(), held);
    }
  }

  /** What cannot be decoded here waits for a node that can: nothing overtakes it. */
  private List<Spooled> oldest(long after) {
    try {
      return spool.oldest(after, PAGE);
    } catch (UnknownVersionException e) {
      LOG.log(Level.DEBUG, "the spool is left to another node", e);
      return List.of();
    }
  }

  /**
   * Publishes a page in order, as far as it can.
   *
   * @param held the channels whose streams do not take anything; some may be added
   */
  private void publish(List<Spooled> page, Set<TenantChannel> held) {
    if (page.isEmpty()) {
      return;
    }
    // So that what was published, but not taken out of the spool, is known when it comes again.
    List<AppendOutcome> outcomes =
        Publishing.await(
            streams, page.stream().map(spooled -> spooled.envelope().asIdempotent()).toList());
    List<Spooled> done = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      if (outcomes.get(i) instanceof AppendOutcome.Appended) {
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
      LOG.log(Level.DEBUG, "ended by close() alone", e);
      return closing.getCount() == 0;
    }
  }
}
