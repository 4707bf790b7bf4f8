package io.broadcasty.admin.audit;

/** Thrown when the store of the audit log does not answer; trying again is right. */
public final class AuditStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AuditStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
