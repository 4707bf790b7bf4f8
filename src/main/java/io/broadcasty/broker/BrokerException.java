package io.broadcasty.broker;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached or read. Trying again later is right. The broker has told the log
 * what the matter is, once; who catches this need not.
 */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean undecodable;

  public BrokerException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private BrokerException(String message, @Nullable Throwable cause, boolean undecodable) {
    super(message, cause);
    this.undecodable = undecodable;
  }

  /** What was asked for is of a version that this node does not know. */
  public static BrokerException undecodable(String message, Throwable cause) {
    return new BrokerException(message, cause, true);
  }

  /**
   * Whether another node may be able to read it, but this one will not be, however long it waits.
   */
  public boolean isUndecodable() {
    return undecodable;
  }
}
