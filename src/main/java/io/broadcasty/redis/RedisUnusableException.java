package io.broadcasty.redis;

/** Thrown when Redis cannot be used as configured; the message says why, without secrets. */
public final class RedisUnusableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean mayPass;

  RedisUnusableException(String message, boolean mayPass, Throwable cause) {
    super(message, cause);
    this.mayPass = mayPass;
  }

  RedisUnusableException(String message) {
    super(message);
    this.mayPass = false;
  }

  /** Returns whether the fault may pass without a change of the configuration. */
  public boolean mayPass() {
    return mayPass;
  }
}
