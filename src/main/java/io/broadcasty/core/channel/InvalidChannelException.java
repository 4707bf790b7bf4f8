package io.broadcasty.core.channel;

/**
 * Thrown for a malformed channel name or pattern. The message says why, without repeating the name;
 * do not try again.
 */
public final class InvalidChannelException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message says why, without repeating the name
   */
  public InvalidChannelException(String message) {
    super(message);
  }
}
