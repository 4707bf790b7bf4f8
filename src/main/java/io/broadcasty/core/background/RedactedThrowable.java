package io.broadcasty.core.background;

import org.jspecify.annotations.Nullable;

/**
 * A copy of a failure with its types and stacks but without messages, for logs: a message may quote
 * a payload or an address.
 */
public final class RedactedThrowable extends Throwable {

  private static final long serialVersionUID = 1L;
  private static final int MAX_CAUSES = 8;

  private RedactedThrowable(Throwable failure, @Nullable Throwable cause) {
    super(failure.getClass().getName(), cause);
    setStackTrace(failure.getStackTrace());
  }

  /** Copies a failure and its causes without their messages. */
  public static Throwable of(Throwable failure) {
    return of(failure, MAX_CAUSES);
  }

  private static Throwable of(Throwable failure, int causesLeft) {
    Throwable cause = failure.getCause();
    return new RedactedThrowable(
        failure, cause == null || causesLeft == 0 ? null : of(cause, causesLeft - 1));
  }

  /** Returns the type of the original failure. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the name of this class says nothing
  public String toString() {
    return String.valueOf(getMessage());
  }
}
