package io.broadcasty.transport.websocket.frame;

/**
 * Thrown when the peer violates RFC 6455 or sends more than is accepted; the connection is to be
 * closed with {@link #closeCode()}. It has no stack trace, since any client can cause it.
 */
public final class FrameException extends Exception {

  private static final long serialVersionUID = 1;

  /** The kinds of causes. */
  public enum Cause {
    /** The peer violated the protocol. */
    PROTOCOL,
    /** A message is too long. */
    SIZE,
    /** The tenant's share of the memory is used up. */
    TENANT_MEMORY,
    /** The memory of the node is used up. */
    NODE_MEMORY
  }

  private final Cause kind;
  private final int closeCode;

  FrameException(int closeCode, String reason) {
    this(closeCode == CloseCodes.TOO_BIG ? Cause.SIZE : Cause.PROTOCOL, closeCode, reason);
  }

  private FrameException(Cause kind, int closeCode, String reason) {
    super(reason, null, false, false);
    this.kind = kind;
    this.closeCode = closeCode;
  }

  static FrameException outOfMemory(Cause kind, String reason) {
    return new FrameException(kind, CloseCodes.TRY_AGAIN_LATER, reason);
  }

  /** Returns what kind of cause it has. */
  public Cause kind() {
    return kind;
  }

  /** Returns 1002, 1007, 1009 or 1013 (RFC 6455, section 7.4.1, and the IANA registry). */
  public int closeCode() {
    return closeCode;
  }

  /** Returns what was wrong, in English; short enough for a close frame. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
