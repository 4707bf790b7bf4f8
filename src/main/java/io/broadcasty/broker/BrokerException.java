package io.broadcasty.broker;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached or read. Trying again later is right. The broker has told the log
 * what the matter is, once; who catches this need not.
 */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
