package io.broadcasty.transport.websocket.frame;

import java.nio.charset.StandardCharsets;

/**
 * Creates the frames of a server (RFC 6455, section 5): whole, unmasked, in the shortest form. A
 * returned array may be written to any number of connections, and must not be changed.
 */
public final class Frames {

  static final int FIN = 0x80;
  static final int MASKED = 0x80;
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  /** The markers of a length that follows in two or eight bytes. */
  static final int TWO_BYTES = 126;

  static final int EIGHT_BYTES = 127;

  /** The longest body of a control frame (RFC 6455, section 5.5). */
  static final int MAX_CONTROL_BODY = 125;

  /** The longest reason of a close frame, whose body begins with the two bytes of its code. */
  static final int MAX_REASON = MAX_CONTROL_BODY - 2;

  private static final byte[] EMPTY_PING = frame(PING, new byte[0]);
  private static final byte[] EMPTY_CLOSE = frame(CLOSE, new byte[0]);

  private Frames() {}

  /**
   * Returns a text message in one frame. An unpaired surrogate, which UTF-8 cannot express, becomes
   * a question mark.
   */
  public static byte[] text(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns a text message in one frame.
   *
   * @param utf8 valid UTF-8, which is not checked
   */
  public static byte[] text(byte[] utf8) {
    return frame(TEXT, utf8);
  }

  /** Returns a ping without a body: the same array each time. */
  public static byte[] emptyPing() {
    return EMPTY_PING;
  }

  /**
   * Returns a ping with a body.
   *
   * @throws IllegalArgumentException when the body is longer than 125 bytes
   */
  public static byte[] ping(byte[] body) {
    return control(PING, body);
  }

  /**
   * Returns a pong: the answer to a ping, or an unsolicited heartbeat.
   *
   * @throws IllegalArgumentException when the body is longer than 125 bytes
   */
  public static byte[] pong(byte[] body) {
    return control(PONG, body);
  }

  /**
   * Returns a close frame.
   *
   * @param reason truncated to the 123 bytes of UTF-8 that fit, between two characters
   * @throws IllegalArgumentException when the code {@linkplain CloseCodes#isSendable may not be
   *     sent}
   */
  public static byte[] close(int code, String reason) {
    if (!CloseCodes.isSendable(code)) {
      throw new IllegalArgumentException("A close frame must not carry the code " + code);
    }
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    int length = utf8.length;
    if (length > MAX_REASON) {
      length = MAX_REASON;
      while (length > 0 && (utf8[length] & 0xC0) == 0x80) {
        length--; // the byte after the cut continues a character
      }
    }
    byte[] body = new byte[2 + length];
    body[0] = (byte) (code >> 8);
    body[1] = (byte) code;
    System.arraycopy(utf8, 0, body, 2, length);
    return frame(CLOSE, body);
  }

  /**
   * Returns the answer to a close frame, with the same code (RFC 6455, section 5.5.1).
   *
   * @param code the code of {@link FrameListener#onClose}; {@link CloseCodes#NONE} for a frame
   *     without a code, which is answered without one
   */
  public static byte[] closeAnswer(int code) {
    return code == CloseCodes.NONE ? EMPTY_CLOSE : close(code, "");
  }

  /**
   * Returns whether a client's bytes begin with a close frame: probably its answer to the server's,
   * when it has violated the protocol and its frames cannot be told apart any more.
   */
  public static boolean isClose(byte[] bytes, int length) {
    return length >= 2 && (bytes[0] & 0xFF) == (FIN | CLOSE) && (bytes[1] & MASKED) != 0;
  }

  private static byte[] control(int opcode, byte[] body) {
    if (body.length > MAX_CONTROL_BODY) {
      throw new IllegalArgumentException(
          "A control frame has a body of at most 125 bytes, not " + body.length);
    }
    return frame(opcode, body);
  }

  /** Returns the length of the header before a body of this length. */
  public static int headerBytes(int bodyBytes) {
    return bodyBytes < TWO_BYTES ? 2 : bodyBytes < 0x10000 ? 4 : 10;
  }

  /**
   * Writes the header of a text message in one frame, whose body of valid UTF-8 the caller writes
   * after it.
   *
   * @return where the body begins
   */
  public static int writeTextHeader(byte[] target, int at, int bodyBytes) {
    return writeHeader(target, at, TEXT, bodyBytes);
  }

  /** Returns where the body of a frame made by this class begins. */
  public static int bodyStart(byte[] frame) {
    return switch (frame[1]) {
      case TWO_BYTES -> 4;
      case EIGHT_BYTES -> 10;
      default -> 2;
    };
  }

  private static byte[] frame(int opcode, byte[] body) {
    byte[] frame = new byte[headerBytes(body.length) + body.length];
    int start = writeHeader(frame, 0, opcode, body.length);
    System.arraycopy(body, 0, frame, start, body.length);
    return frame;
  }

  private static int writeHeader(byte[] target, int at, int opcode, int bodyBytes) {
    int header = headerBytes(bodyBytes);
    target[at] = (byte) (FIN | opcode);
    switch (header) {
      case 2 -> target[at + 1] = (byte) bodyBytes;
      case 4 -> target[at + 1] = TWO_BYTES;
      default -> target[at + 1] = EIGHT_BYTES;
    }
    for (int i = header - 1, rest = bodyBytes; i > 1; i--, rest >>>= 8) {
      target[at + i] = (byte) rest;
    }
    return at + header;
  }
}
