package io.broadcasty.cluster.control;

/** Thrown when the store of control messages did not answer; trying again later is right. */
public final class ControlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ControlException(String message, Throwable cause) {
    super(message, cause);
  }

  public ControlException(String message) {
    super(message);
  }
}
