package io.broadcasty.cluster.clock;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Compares this node's clock with that of the store, which all nodes share. A node whose clock is
 * too wrong takes no part, since it would accept expired tokens and refuse valid ones, and stamp
 * what others read.
 */
@ThreadSafe
public final class ClockCheck {

  private static final System.Logger LOG = System.getLogger(ClockCheck.class.getName());

  /** A smaller difference is not reported, since reading a clock over the network takes a while. */
  private static final long NOTICEABLE_MILLIS = 2000;

  /** Receives whether the node's clock is too wrong, whenever that changes. */
  @FunctionalInterface
  public interface Listener {
    void onChange(boolean tooWrong);
  }

  private enum State {
    RIGHT,
    WRONG,
    TOO_WRONG
  }

  private final WallClock own;
  private final RemoteClock shared;
  private final String store;
  private final long maxMillis;
  private volatile State state = State.RIGHT;
  private volatile long skewMillis;

  /**
   * Creates a check, which {@link #run} makes for the first time.
   *
   * @param store what the shared clock belongs to, as operators call it
   * @param max the difference beyond which the node takes no part
   */
  public ClockCheck(WallClock own, RemoteClock shared, String store, Duration max) {
    this.own = own;
    this.shared = shared;
    this.store = store;
    this.maxMillis = max.toMillis();
  }

  /**
   * Compares the clocks, which may block, and notifies the listener of a change. While the store
   * does not answer, its clock is assumed to go on. Called every few seconds, by one thread at a
   * time.
   */
  public void run(Listener listener) {
    try {
      shared.refresh();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot read the clock of the store; trying again", e);
    }
    long skew = own.nowMillis() - shared.nowMillis();
    skewMillis = skew;
    State before = state;
    State now = stateOf(Math.abs(skew), before);
    if (now == before) {
      return;
    }
    state = now;
    tell(now);
    if ((now == State.TOO_WRONG) != (before == State.TOO_WRONG)) {
      listener.onChange(now == State.TOO_WRONG);
    }
  }

  /**
   * Returns how far this node's clock is ahead of that of the store; negative when it is behind.
   */
  public long skewMillis() {
    return skewMillis;
  }

  /** Returns whether the difference is beyond the bound. */
  public boolean isTooWrong() {
    return state == State.TOO_WRONG;
  }

  /** Returns what is wrong and how to mend it; empty while the clock is right. */
  public String problem() {
    return state == State.RIGHT ? "" : describe(skewMillis);
  }

  /** Returns the state, which does not change to and fro at a bound. */
  private State stateOf(long difference, State before) {
    long max = before == State.TOO_WRONG ? maxMillis / 2 : maxMillis;
    if (difference > max) {
      return State.TOO_WRONG;
    }
    long noticeable = before == State.RIGHT ? NOTICEABLE_MILLIS : NOTICEABLE_MILLIS / 2;
    return difference > Math.min(noticeable, max) ? State.WRONG : State.RIGHT;
  }

  private void tell(State now) {
    switch (now) {
      case RIGHT ->
          LOG.log(Level.INFO, "This node's clock agrees with that of " + store + " again");
      case WRONG -> LOG.log(Level.WARNING, describe(skewMillis));
      case TOO_WRONG ->
          LOG.log(
              Level.ERROR,
              describe(skewMillis)
                  + "; that is more than broadcasty.clock.max-skew, so the node takes no part"
                  + " until it is right");
    }
  }

  private String describe(long skew) {
    return "This node's clock is "
        + Math.abs(skew) / 1000
        + " s "
        + (skew > 0 ? "ahead of" : "behind")
        + " that of "
        + store
        + "; check the time synchronisation (NTP) of both machines";
  }
}
