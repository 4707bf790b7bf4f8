package io.broadcasty.messaging;

import org.jspecify.annotations.Nullable;

/** Thrown when a queue or topic cannot be used now; opening it again later is right. */
public class MessagingException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message says what to change, if somebody has to
   */
  public MessagingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
