package io.broadcasty.presence;

import org.jspecify.annotations.Nullable;

/** Thrown when the presence store cannot be reached or read; trying again later is right. */
public final class PresenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PresenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
