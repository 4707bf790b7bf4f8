package io.broadcasty.webhook.sending;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.webhook.WebhookEndpoints;
import io.broadcasty.webhook.WebhookOutbox;
import io.broadcasty.webhook.WebhookStoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * The thread of this node that sends webhooks. It runs on every node; an endpoint is one node's at
 * a time.
 */
@ThreadSafe
public final class WebhookWorker implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(WebhookWorker.class.getName());

  /** After how long a store that could not be reached is tried again. */
  private static final long RETRY_MILLIS = 1000;

  @SuppressWarnings("ThreadSafe") // only its thread calls it, except for what any thread may
  private final WebhookSender sender;

  private final Ticker ticker;
  private final Duration linger;

  @SuppressWarnings("ThreadSafe") // any thread may close it
  private final BackgroundLoop loop;

  @GuardedBy("this")
  private boolean woken;

  @GuardedBy("this")
  private boolean stopping;

  @GuardedBy("this")
  private long deadlineNanos;

  /**
   * Starts the thread.
   *
   * @param owner identifies this node's leases; different for each run of a node
   * @param clock the same for all nodes
   * @param linger how long {@link #close} may wait for messages in flight
   */
  public WebhookWorker(
      WebhookEndpoints endpoints,
      WebhookOutbox outbox,
      WebhookClient client,
      MessageSigner signer,
      String owner,
      Ticker ticker,
      WallClock clock,
      WebhookListener listener,
      Duration linger,
      BackgroundLoops loops) {
    this.ticker = ticker;
    this.linger = linger;
    this.sender =
        new WebhookSender(
            endpoints, outbox, client, signer, owner, ticker, clock, listener, this::wake);
    this.loop = loops.start("webhooks", this::runRound);
  }

  /** Has messages of an endpoint sent at once that were added. */
  public void wake(String endpointId) {
    sender.wake(endpointId);
    wake();
  }

  private synchronized void wake() {
    woken = true;
    notifyAll();
  }

  private boolean runRound() {
    long next;
    try {
      next = sender.runRound(!isStopping());
      if (isDone()) {
        sender.release();
        return false;
      }
    } catch (WebhookStoreException e) {
      LOG.log(Level.DEBUG, "Cannot use the outbox of webhooks; messages wait", e);
      if (isStopping()) {
        return false;
      }
      next = RETRY_MILLIS;
    }
    await(next);
    return true;
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

  /**
   * Starts nothing more, and waits briefly for what is in flight; another node sends the rest, the
   * same messages again among it.
   */
  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
      deadlineNanos = ticker.readNanos() + linger.toNanos();
      woken = true;
      notifyAll();
    }
    if (!loop.join(linger.toMillis() + RETRY_MILLIS)) {
      LOG.log(Level.DEBUG, "The thread of webhooks did not end in time");
    }
  }
}
