package io.broadcasty.admin.revocation;

/** Thrown when the store of revocations does not answer; trying again is right. */
public final class RevocationStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RevocationStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
