package io.broadcasty.relay.provider;

import io.broadcasty.relay.failover.ProviderFailure;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a connection broke before the reply arrived, for example because the provider closed
 * it while it was idle; trying once more at once is right.
 */
public final class ConnectionBrokenException extends ProviderException {
  private static final long serialVersionUID = 1L;

  public ConnectionBrokenException(@Nullable Throwable cause) {
    super(ProviderFailure.temporary("broke the connection"), cause);
  }
}
