package io.broadcasty.admin.policy;

/** Thrown when the store of policies does not answer; trying again is right. */
public final class PolicyStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PolicyStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
