package io.broadcasty.streams.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a store serves, but refuses what a call contains. Trying the same again is wrong;
 * without the part that is refused the call succeeds.
 */
public final class RejectedDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception without the refused data. */
  public RejectedDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
