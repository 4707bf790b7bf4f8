package io.broadcasty.redis;

/** Redis cannot be used as it is configured; the message says why, without secrets. */
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

  /** Whether it may work later without anybody's doing. */
  public boolean mayPass() {
    return mayPass;
  }
}
