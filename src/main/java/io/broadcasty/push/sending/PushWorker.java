package io.broadcasty.push.sending;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.FollowerPolicy;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PushQueue;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Sends queued notifications, with a thread for each push service so that one that is slow or
 * unreachable does not delay the others.
 *
 * <p>Runs on every node; the queue lets one node at a time try each dispatch.
 */
@ThreadSafe
public final class PushWorker implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PushWorker.class.getName());

  /** The delay before a queue that could not be reached is tried again. */
  private static final long RETRY_MILLIS = 1000;

  private final Ticker ticker;
  private final Duration linger;
  private final List<Loop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts a thread for each service.
   *
   * @param node identifies this node's claims; different for each run of a node
   * @param linger how long {@link #close} may wait for dispatches in flight
   */
  public PushWorker(
      PushProviders services,
      PushQueue queue,
      FollowerPolicy followers,
      String node,
      int maxInFlight,
      Ticker ticker,
      WallClock clock,
      PushListener listener,
      Duration linger,
      ThreadFactory factory) {
    this.ticker = ticker;
    this.linger = linger;
    PushClocks time = new PushClocks(ticker, clock);
    for (PushProvider provider : services.all()) {
      Loop loop =
          new Loop(
              wake ->
                  new PushSender(
                      provider,
                      queue,
                      followers,
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

  /** Wakes the threads after something was queued. */
  public void wake() {
    loops.forEach(Loop::pollQueue);
  }

  /** Returns the health of each service, in the order of {@link PushProviders}. */
  public List<PushServiceHealth> health() {
    return loops.stream().map(loop -> loop.sender.health()).toList();
  }

  /**
   * Claims nothing more and waits briefly for dispatches in flight; the others are tried again once
   * their leases end.
   */
  @Override
  public void close() {
    long deadline = ticker.readNanos() + linger.toNanos();
    // no lambda: a stopping server may have unloaded the classes that linking one needs
    for (Loop loop : loops) {
      loop.stopBy(deadline);
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

  /** The thread of one sender. */
  private final class Loop implements Runnable {

    private final FailureLog failures =
        new FailureLog(LOG, Level.ERROR, "Sending notifications", ticker);
    private final PushSender sender;
    private boolean queueUnavailable;

    @GuardedBy("this")
    private boolean woken;

    @GuardedBy("this")
    private boolean stopping;

    @GuardedBy("this")
    private long deadlineNanos;

    /**
     * Creates the loop with its sender.
     *
     * @param made makes the sender, given what wakes this thread
     */
    Loop(Function<Runnable, PushSender> made) {
      this.sender = made.apply(this::wake);
    }

    void pollQueue() {
      sender.pollQueue();
      wake();
    }

    synchronized void wake() {
      woken = true;
      notifyAll();
    }

    synchronized void stopBy(long deadline) {
      stopping = true;
      deadlineNanos = deadline;
      woken = true;
      notifyAll();
    }

    @Override
    public void run() {
      while (!isDone()) {
        await(runRound());
      }
    }

    private long runRound() {
      try {
        long next = sender.runRound(!isStopping());
        failures.recordSuccess();
        if (queueUnavailable) {
          queueUnavailable = false;
          LOG.log(Level.INFO, "The push queue is available again");
        }
        return next;
      } catch (PushStoreException e) {
        if (!queueUnavailable) {
          queueUnavailable = true;
          LOG.log(
              Level.WARNING,
              "Cannot use the push queue (broadcasty.db.url or broadcasty.db.datasource);"
                  + " notifications wait until it is available");
        }
        LOG.log(Level.DEBUG, "Cannot use the push queue", e);
        return RETRY_MILLIS;
      } catch (RuntimeException e) {
        failures.recordFailure(e);
        return RETRY_MILLIS;
      }
    }

    private synchronized boolean isStopping() {
      return stopping;
    }

    private synchronized boolean isDone() {
      return stopping && (!sender.isBusy() || deadlineNanos - ticker.readNanos() <= 0);
    }

    @SuppressWarnings("WaitNotInLoop") // a round that comes early finds nothing to do
    private synchronized void await(long millis) {
      try {
        if (!woken && millis > 0) {
          wait(millis);
        }
        woken = false;
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      }
    }
  }
}
