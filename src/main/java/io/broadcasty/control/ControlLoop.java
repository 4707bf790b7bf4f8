package io.broadcasty.control;

import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A thread that looks for control messages again and again: after an interval, and whenever it is
 * woken. A round that fails is logged, the first of several in a row, and the next one comes all
 * the same.
 */
public final class ControlLoop implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ControlLoop.class.getName());

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
  private final Thread thread;
  private volatile boolean closed;

  /** Is made first, and runs once {@link #start} is called. */
  public ControlLoop(ThreadFactory threads, long intervalMillis, Round round) {
    this.intervalMillis = intervalMillis;
    this.round = round;
    this.thread = threads.newThread(this::run);
  }

  public void start() {
    thread.start();
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

  private void run() {
    boolean fails = false;
    while (!closed) {
      try {
        if (calls.tryAcquire(intervalMillis, TimeUnit.MILLISECONDS)) {
          calls.drainPermits();
        }
        if (!closed) {
          round.run();
          if (fails) {
            LOG.log(Level.INFO, "Control messages of other nodes are heard again");
          }
          fails = false;
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "ended by close() alone", e);
      } catch (RuntimeException | Error e) {
        if (!fails && !closed) {
          LOG.log(
              Level.WARNING,
              "Control messages of other nodes are not heard now; they are read once their store"
                  + " can be",
              e);
        }
        fails = true;
      }
    }
  }
}
