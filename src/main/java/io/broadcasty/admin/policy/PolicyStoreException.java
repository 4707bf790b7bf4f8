package io.broadcasty.admin.policy;

import org.jspecify.annotations.Nullable;

/** Thrown when the store of policies cannot be read or written now; trying again is right. */
public final class PolicyStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PolicyStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
