package io.broadcasty.driver;

import io.broadcasty.failover.Failure;
import org.jspecify.annotations.Nullable;

/** Thrown when a provider does not serve. */
public class ProviderException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public ProviderException(Failure failure, @Nullable Throwable cause) {
    super(failure.reason(), cause);
    this.failure = failure;
  }

  /** Returns why the provider does not serve. */
  public Failure failure() {
    return failure;
  }
}
