package io.broadcasty.push.device;

import java.io.Serial;

/**
 * Thrown when the store of subscriptions and notifications cannot be used; trying again later is
 * right.
 */
public final class PushStoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  public PushStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
