package io.broadcasty.infra.redis;

/** Thrown when Redis cannot be used as configured; the message says why, without secrets. */
public final class RedisUnusableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean transientFault;

  RedisUnusableException(String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.transientFault = mayPass;
  }

  RedisUnusableException(String message) {
    super(message);
    this.transientFault = false;
  }

  /** Returns whether the fault may pass without a change of the configuration. */
  public boolean isTransient() {
    return transientFault;
  }
}
