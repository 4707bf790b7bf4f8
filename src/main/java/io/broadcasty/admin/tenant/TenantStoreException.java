package io.broadcasty.admin.tenant;

/** Thrown when the store of tenants does not answer; trying again is right. */
public final class TenantStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TenantStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
