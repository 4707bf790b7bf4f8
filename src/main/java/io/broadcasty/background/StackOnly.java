package io.broadcasty.background;

import org.jspecify.annotations.Nullable;

/**
 * What has happened, by types and stacks, without the messages: for logs, where a message may quote
 * a payload or an address.
 */
public final class StackOnly extends Throwable {

  private static final long serialVersionUID = 1L;
  private static final int MAX_CAUSES = 8;

  private StackOnly(Throwable failure, @Nullable Throwable cause) {
    super(failure.getClass().getName(), cause);
    setStackTrace(failure.getStackTrace());
  }

  /** A failure and its causes. */
  public static Throwable of(Throwable failure) {
    return of(failure, MAX_CAUSES);
  }

  private static Throwable of(Throwable failure, int causesLeft) {
    Throwable cause = failure.getCause();
    return new StackOnly(
        failure, cause == null || causesLeft == 0 ? null : of(cause, causesLeft - 1));
  }

  /** The type that failed. */
  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
