package io.broadcasty.cluster.control;

import io.broadcasty.core.background.BackgroundLoops;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Polls for control messages in rounds: after an interval, and whenever it is woken. A store that
 * does not answer is logged once, and polled again.
 */
public final class ControlLoop implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());
  private static final String NAME = "control";

  /** Polls for messages once. */
  @FunctionalInterface
  public interface Round {
    /**
     * Reads new messages and passes them to the listeners.
     *
     * @throws ControlException when the store does not answer
     */
    void run();
  }

  private final long intervalMillis;
  private final Round round;
  private final Semaphore wakeUps = new Semaphore(0);
  private boolean fails; // used only by the loop's thread
  private volatile boolean closed;

  /** Creates a loop, which runs once {@link #start} is called. */
  public ControlLoop(long intervalMillis, Round round) {
    this.intervalMillis = intervalMillis;
    this.round = round;
  }

  public void start(BackgroundLoops loops) {
    loops.start(NAME, this::round);
  }

  /** Triggers a round at once, or one more after the current one. */
  public void wake() {
    wakeUps.release();
  }

  /** Returns whether the loop is closed and begins no more rounds. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    wake();
  }

  private boolean round() throws InterruptedException {
    if (wakeUps.tryAcquire(intervalMillis, TimeUnit.MILLISECONDS)) {
      wakeUps.drainPermits();
    }
    if (closed) {
      return false;
    }
    try {
      round.run();
      if (fails) {
        LOG.log(Level.INFO, "Control messages of other nodes can be read again");
      }
      fails = false;
    } catch (ControlException e) {
      if (!fails && !closed) {
        LOG.log(
            Level.WARNING,
            "Cannot read control messages of other nodes; they are read once their store"
                + " can be reached",
            e);
      }
      fails = true;
    }
    return true;
  }
}
