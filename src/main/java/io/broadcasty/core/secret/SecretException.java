package io.broadcasty.core.secret;

/** Thrown when a secret cannot be decrypted: no key fits, or the stored text has been changed. */
public final class SecretException extends Exception {
  private static final long serialVersionUID = 1L;

  public SecretException(String message) {
    super(message);
  }

  public SecretException(String message, Throwable cause) {
    super(message, cause);
  }
}
