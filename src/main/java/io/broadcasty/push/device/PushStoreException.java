package io.broadcasty.push.device;

import java.io.Serial;

/**
 * Thrown when the store of subscriptions and notifications cannot be used; trying again later is
 * right, unless the store has refused what the call contains ({@link #isRejected}).
 */
public final class PushStoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final boolean rejected;

  public PushStoreException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private PushStoreException(String message, Throwable cause, boolean rejected) {
    super(message, cause);
    this.rejected = rejected;
  }

  /** Creates an exception for data that the store refuses for good. */
  public static PushStoreException rejected(String message, Throwable cause) {
    return new PushStoreException(message, cause, true);
  }

  /** Returns whether the store serves, but refuses what the call contains. */
  public boolean isRejected() {
    return rejected;
  }
}
