package io.broadcasty.push;

import java.io.Serial;

/** Where subscriptions and notifications are kept cannot be used now; trying again is right. */
public final class PushStoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  public PushStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
