package io.broadcasty.push;

import java.util.Locale;

/** How far a notification has come on its way to one device. */
public enum DispatchState {
  /** It waits for its first try. */
  QUEUED(0),
  /** A node tries it. */
  SENDING(1),
  /** It was tried, and will be again. */
  RETRYING(2),
  /** The push service has taken it. */
  ACCEPTED(3),
  /** The push service will never take it. */
  REJECTED(4),
  /** The device is not registered any more. */
  UNREGISTERED(5),
  /** Its time to live ended first. */
  EXPIRED(6);

  private final int code;

  DispatchState(int code) {
    this.code = code;
  }

  /** As a database keeps it; never changes its meaning. */
  public int code() {
    return code;
  }

  /** As the protocol spells it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether nothing will happen to it any more. */
  public boolean isFinal() {
    return compareTo(ACCEPTED) >= 0;
  }

  /**
   * The one with this code.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static DispatchState of(int code) {
    for (DispatchState each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new IllegalArgumentException("no state has the code " + code);
  }
}
