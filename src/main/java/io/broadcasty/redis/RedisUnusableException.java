package io.broadcasty.redis;

/** Redis cannot be used as it is configured; the message says why, without secrets. */
public final class RedisUnusableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RedisUnusableException(String message, Throwable cause) {
    super(message, cause);
  }

  RedisUnusableException(String message) {
    super(message);
  }
}
