package io.broadcasty.channel;

/**
 * A channel name or pattern that is not valid. The message says why, without repeating the name;
 * trying again is no use.
 */
public final class InvalidChannelException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidChannelException(String message) {
    super(message);
  }
}
