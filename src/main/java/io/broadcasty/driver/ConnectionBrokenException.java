package io.broadcasty.driver;

import io.broadcasty.failover.Failure;

/**
 * A connection broke before the answer came, as one does that the provider closed while it was
 * idle: trying once more at once is right.
 */
public final class ConnectionBrokenException extends ProviderException {
  private static final long serialVersionUID = 1L;

  public ConnectionBrokenException(Throwable cause) {
    super(Failure.passing("broke the connection"), cause);
  }
}
