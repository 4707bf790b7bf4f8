package io.broadcasty.control;

import io.broadcasty.background.BackgroundLoops;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Looks for control messages again and again: after an interval, and whenever it is woken. A store
 * that does not answer is logged once, and asked again.
 */
public final class ControlLoop implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());
  private static final String NAME = "control";

  /** What is done in a round. */
  @FunctionalInterface
  public interface Round {
    /**
     * Does it.
     *
     * @throws ControlException when the store does not answer
     */
    void run();
  }

  private final long intervalMillis;
  private final Round round;
  private final Semaphore calls = new Semaphore(0);
  private boolean fails; // by the loop's thread
  private volatile boolean closed;

  /** Is made first, and runs once {@link #start} is called. */
  public ControlLoop(long intervalMillis, Round round) {
    this.intervalMillis = intervalMillis;
    this.round = round;
  }

  public void start(BackgroundLoops loops) {
    loops.start(NAME, this::round);
  }

  /** Has a round begin at once, or one more after that under way. */
  public void wake() {
    calls.release();
  }

  /** Whether no round begins any more. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    wake();
  }

  private boolean round() throws InterruptedException {
    if (calls.tryAcquire(intervalMillis, TimeUnit.MILLISECONDS)) {
      calls.drainPermits();
    }
    if (closed) {
      return false;
    }
    try {
      round.run();
      if (fails) {
        LOG.log(Level.INFO, "Control messages of other nodes are heard again");
      }
      fails = false;
    } catch (ControlException e) {
      if (!fails && !closed) {
        LOG.log(
            Level.WARNING,
            "Control messages of other nodes are not heard now; they are read once their store"
                + " can be",
            e);
      }
      fails = true;
    }
    return true;
  }
}
