package io.broadcasty.core.rbac.callback;

import org.jspecify.annotations.Nullable;

/** Thrown when the back end has not decided, so that nothing is allowed; the message says why. */
public final class CallbackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CallbackException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
