package io.broadcasty.outbox;

/** The outbox table cannot be used now; the message says what to change. Trying again is right. */
public final class OutboxException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates an exception. */
  public OutboxException(String message, Throwable cause) {
    super(message, cause);
  }
}
