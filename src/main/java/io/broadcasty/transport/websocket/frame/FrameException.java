package io.broadcasty.transport.websocket.frame;

/**
 * The peer has broken RFC 6455, or has sent more than is taken: the connection is to be closed with
 * {@link #closeCode()}. Carries no stack trace, since any client can bring it about.
 */
public final class FrameException extends Exception {

  private static final long serialVersionUID = 1;

  private final int closeCode;

  FrameException(int closeCode, String reason) {
    super(reason, null, false, false);
    this.closeCode = closeCode;
  }

  /** 1002, 1007 or 1009 (RFC 6455, section 7.4.1). */
  public int closeCode() {
    return closeCode;
  }

  /** What was wrong, in English; short enough for a close frame. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
