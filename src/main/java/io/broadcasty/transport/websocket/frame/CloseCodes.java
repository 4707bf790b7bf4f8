package io.broadcasty.transport.websocket.frame;

/** Status codes of close frames (RFC 6455, section 7.4, and the IANA registry that it founded). */
public final class CloseCodes {

  /** The purpose of the connection is fulfilled. */
  public static final int NORMAL = 1000;

  /** The peer violated the protocol. */
  public static final int PROTOCOL_ERROR = 1002;

  /** Stands for a close frame without a code. Never sent. */
  public static final int NONE = 1005;

  /** A message does not match its type: a text that is not UTF-8. */
  public static final int INVALID_DATA = 1007;

  /** A message is longer than the receiver accepts. */
  public static final int TOO_BIG = 1009;

  /** The receiver is overloaded; the peer may connect again later. */
  public static final int TRY_AGAIN_LATER = 1013;

  private CloseCodes() {}

  /**
   * Returns whether a close frame may carry the code: one that RFC 6455 or the IANA registry
   * defines for the wire (1000–1003, 1007–1014), or one for libraries and applications (3000–4999).
   */
  public static boolean isSendable(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }
}
