package io.broadcasty.transport.websocket.frame;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A frame as a client writes it, valid or not: every field of RFC 6455, section 5.2, can be set.
 *
 * @param bits FIN and the reserved bits, as in the first byte
 * @param length the value of the length field
 * @param lengthBytes the size of the length field: 0 (in the second byte), 2 or 8
 * @param key null for a frame without a mask
 */
public record ClientFrame(
    int bits, int opcode, long length, int lengthBytes, byte[] body, byte[] key) {

  public static final int TEXT = Frames.TEXT;
  public static final int BINARY = Frames.BINARY;
  public static final int CONTINUATION = Frames.CONTINUATION;
  public static final int CLOSE = Frames.CLOSE;
  public static final int PING = Frames.PING;
  public static final int PONG = Frames.PONG;

  private static final int FIN = 0x80;
  private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};

  /** Returns a valid frame, the last of its message. */
  public static ClientFrame of(int opcode, byte[] body) {
    int lengthBytes = body.length < 126 ? 0 : body.length < 65536 ? 2 : 8;
    return new ClientFrame(FIN, opcode, body.length, lengthBytes, body, KEY);
  }

  public static ClientFrame of(int opcode, String body) {
    return of(opcode, utf8(body));
  }

  public static ClientFrame close(int code, String reason) {
    byte[] text = utf8(reason);
    byte[] body = new byte[2 + text.length];
    body[0] = (byte) (code >> 8);
    body[1] = (byte) code;
    System.arraycopy(text, 0, body, 2, text.length);
    return of(CLOSE, body);
  }

  public ClientFrame notLast() {
    return new ClientFrame(bits & ~FIN, opcode, length, lengthBytes, body, key);
  }

  public ClientFrame reserved(int bit) {
    return new ClientFrame(bits | bit, opcode, length, lengthBytes, body, key);
  }

  public ClientFrame unmasked() {
    return new ClientFrame(bits, opcode, length, lengthBytes, body, new byte[0]);
  }

  public ClientFrame key(int... bytes) {
    byte[] other = {(byte) bytes[0], (byte) bytes[1], (byte) bytes[2], (byte) bytes[3]};
    return new ClientFrame(bits, opcode, length, lengthBytes, body, other);
  }

  /** Returns a copy with another length, in 0, 2 or 8 bytes. */
  public ClientFrame withLength(long otherLength, int inBytes) {
    return new ClientFrame(bits, opcode, otherLength, inBytes, body, key);
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bits | opcode);
    int mask = key.length == 0 ? 0 : 0x80;
    switch (lengthBytes) {
      case 0 -> out.write(mask | (int) length);
      case 2 -> out.write(mask | 126);
      default -> out.write(mask | 127);
    }
    for (int i = lengthBytes - 1; i >= 0; i--) {
      out.write((int) (length >>> (8 * i)));
    }
    out.writeBytes(key);
    for (int i = 0; i < body.length; i++) {
      out.write(key.length == 0 ? body[i] : body[i] ^ key[i % 4]);
    }
    return out.toByteArray();
  }

  /** Returns the bytes of several frames, one after the other. */
  public static byte[] bytes(ClientFrame... frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ClientFrame frame : frames) {
      out.writeBytes(frame.bytes());
    }
    return out.toByteArray();
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
