package io.broadcasty.streams.broker;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store cannot be reached or read. Trying again later is right. The broker has
 * logged the cause once; a caller need not log it.
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

  /** Creates an exception for data of a version that this node does not know. */
  public static BrokerException undecodable(String message, Throwable cause) {
    return new BrokerException(message, cause, true);
  }

  /** Returns whether this node can never read the data, although another node may be able to. */
  public boolean isUndecodable() {
    return undecodable;
  }
}
