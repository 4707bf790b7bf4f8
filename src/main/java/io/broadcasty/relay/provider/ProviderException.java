package io.broadcasty.relay.provider;

import io.broadcasty.relay.failover.ProviderFailure;
import org.jspecify.annotations.Nullable;

/** Thrown when a provider does not serve. */
public class ProviderException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient ProviderFailure failure;

  public ProviderException(ProviderFailure failure, @Nullable Throwable cause) {
    super(failure.reason(), cause);
    this.failure = failure;
  }

  /** Returns why the provider does not serve. */
  public ProviderFailure failure() {
    return failure;
  }
}
