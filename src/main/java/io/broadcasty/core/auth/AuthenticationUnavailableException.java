package io.broadcasty.core.auth;

/**
 * Thrown when tokens cannot be verified at the moment, for instance because the JWKS endpoint is
 * not reachable. Trying again later is right.
 */
public final class AuthenticationUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a cause.
   *
   * @param message what is not available; may be shown to the client
   */
  public AuthenticationUnavailableException(String message) {
    super(message);
  }

  /**
   * Creates an exception.
   *
   * @param message what is not available; may be shown to the client
   */
  public AuthenticationUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
