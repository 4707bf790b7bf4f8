package io.broadcasty.push.queue;

import java.util.Locale;

/** The state of a notification on its way to one device. */
public enum DispatchState {
  /** Waits for its first attempt. */
  QUEUED(0),
  /** A node is trying it. */
  SENDING(1),
  /** An attempt failed, and another follows. */
  RETRYING(2),
  /** The push service has accepted it. */
  ACCEPTED(3),
  /** The push service will never accept it. */
  REJECTED(4),
  /** The device is no longer registered. */
  UNREGISTERED(5),
  /** Its time to live ended before the push service accepted it. */
  EXPIRED(6);

  private final int code;

  DispatchState(int code) {
    this.code = code;
  }

  /** Returns the number that stands for the state in the database; it never changes its meaning. */
  public int code() {
    return code;
  }

  /** Returns whether the dispatch is not tried any more and was not accepted. */
  public boolean isFailed() {
    return this == REJECTED || this == UNREGISTERED || this == EXPIRED;
  }

  /** Returns the name of the state in the protocol. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the state with this code.
   *
   * @throws IllegalArgumentException when no state has the code
   */
  public static DispatchState fromCode(int code) {
    for (DispatchState each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new IllegalArgumentException("no dispatch state has the code " + code);
  }
}
