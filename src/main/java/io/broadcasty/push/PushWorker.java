package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.background.FailureLog;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Sends what is queued, through each push service by a thread of its own, so that one that is slow
 * or away keeps no other. Runs on every node; the queue sees to it that each dispatch is tried by
 * one at a time.
 */
@ThreadSafe
public final class PushWorker implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PushWorker.class.getName());

  /** Until a queue that could not be reached is tried again. */
  private static final long RETRY_MILLIS = 1000;

  private final Ticker ticker;
  private final Duration linger;
  private final List<Loop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts a thread for each service.
   *
   * @param node names this node's claims; another one for each life of a node
   * @param linger for how long what is under way may be waited for at the end
   */
  public PushWorker(
      EnabledServices services,
      PushQueue queue,
      String node,
      int maxInFlight,
      Ticker ticker,
      WallClock clock,
      PushListener listener,
      Duration linger,
      ThreadFactory factory) {
    this.ticker = ticker;
    this.linger = linger;
    PushTime time = new PushTime(ticker, clock);
    for (PushProvider provider : services.all()) {
      Loop loop =
          new Loop(
              wake ->
                  new Sender(
                      provider,
                      queue,
                      node,
                      maxInFlight,
                      time,
                      () -> ThreadLocalRandom.current().nextDouble(),
                      listener,
                      wake));
      loops.add(loop);
      Thread thread = factory.newThread(loop);
      threads.add(thread);
      thread.start();
    }
  }

  /** There is something to be sent. */
  public void wake() {
    loops.forEach(Loop::look);
  }

  /** How each service does, in the order of {@link EnabledServices}. */
  public List<PushCondition> conditions() {
    return loops.stream().map(loop -> loop.sender.condition()).toList();
  }

  /**
   * Takes on nothing more and waits a moment for what is under way; what has not ended by then is
   * tried again once its lease ends.
   */
  @Override
  public void close() {
    long deadline = ticker.readNanos() + linger.toNanos();
    for (Loop loop : loops) { // no lambda: a server may have taken away what it would link
      loop.end(deadline);
    }
    for (Thread thread : threads) {
      try {
        thread.join(linger.toMillis() + RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One sender's thread. */
  private final class Loop implements Runnable {

    private final FailureLog failures = new FailureLog(LOG, Level.ERROR, "sending", ticker);
    private final Sender sender;
    private boolean away;

    @GuardedBy("this")
    private boolean woken;

    @GuardedBy("this")
    private boolean ending;

    @GuardedBy("this")
    private long deadlineNanos;

    /**
     * @param made makes the sender, given what wakes this thread
     */
    Loop(Function<Runnable, Sender> made) {
      this.sender = made.apply(this::wake);
    }

    void look() {
      sender.look();
      wake();
    }

    synchronized void wake() {
      woken = true;
      notifyAll();
    }

    synchronized void end(long deadline) {
      ending = true;
      deadlineNanos = deadline;
      woken = true;
      notifyAll();
    }

    @Override
    public void run() {
      while (!isOver()) {
        await(round());
      }
    }

    private long round() {
      try {
        long next = sender.round(!isEnding());
        failures.healed();
        if (away) {
          away = false;
          LOG.log(Level.INFO, "the push queue can be used again");
        }
        return next;
      } catch (PushStoreException e) {
        if (!away) {
          away = true;
          LOG.log(
              Level.WARNING,
              "the push queue cannot be used (broadcasty.db.url or broadcasty.db.datasource);"
                  + " nothing is sent until it can");
        }
        LOG.log(Level.DEBUG, "of the push queue", e);
        return RETRY_MILLIS;
      } catch (RuntimeException e) {
        failures.failed(e);
        return RETRY_MILLIS;
      }
    }

    private synchronized boolean isEnding() {
      return ending;
    }

    private synchronized boolean isOver() {
      return ending && (!sender.isBusy() || deadlineNanos - ticker.readNanos() <= 0);
    }

    private synchronized void await(long millis) {
      try {
        if (!woken && millis > 0) {
          wait(millis);
        }
        woken = false;
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "ended by close() alone", e);
      }
    }
  }
}
