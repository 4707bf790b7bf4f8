package io.broadcasty.tenant;

/** The source of settings did not answer; what is known stays in force. */
public final class TenantSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TenantSettingsException(String message, Throwable cause) {
    super(message, cause);
  }

  public TenantSettingsException(String message) {
    super(message);
  }
}
