package io.broadcasty.core.tenant;

/** Thrown when the source of tenant settings does not answer; the known settings stay in force. */
public final class TenantSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TenantSettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  public TenantSettingsException(String message) {
    super(message);
  }
}
