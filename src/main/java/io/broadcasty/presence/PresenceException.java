package io.broadcasty.presence;

import org.jspecify.annotations.Nullable;

/** The store cannot be reached or read. Trying again later is right. */
public final class PresenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PresenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
