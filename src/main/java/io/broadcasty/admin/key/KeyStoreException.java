package io.broadcasty.admin.key;

/** Thrown when the store of API keys does not answer; trying again is right. */
public final class KeyStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KeyStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
