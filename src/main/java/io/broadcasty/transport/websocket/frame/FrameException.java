package io.broadcasty.transport.websocket.frame;

/**
 * Thrown when the peer violates RFC 6455 or sends more than is accepted; the connection is to be
 * closed with {@link #closeCode()}. It has no stack trace, since any client can cause it.
 */
public final class FrameException extends Exception {

  private static final long serialVersionUID = 1;

  private final int closeCode;

  FrameException(int closeCode, String reason) {
    super(reason, null, false, false);
    this.closeCode = closeCode;
  }

  /** Returns 1002, 1007 or 1009 (RFC 6455, section 7.4.1). */
  public int closeCode() {
    return closeCode;
  }

  /** Returns what was wrong, in English; short enough for a close frame. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
