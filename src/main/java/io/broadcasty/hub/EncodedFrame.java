package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * What one write carries to a client: a message as its protocol has encoded it, a sign of life, or
 * a transport's own affair. One frame may go to many connections, so its bytes are made once.
 */
@ThreadSafe
public final class EncodedFrame {

  /** What a frame is. */
  public enum Kind {
    MESSAGE,
    HEARTBEAT,
    CONTROL
  }

  private static final int OVERHEAD_BYTES = 32;

  /** A sign of life. */
  public static final EncodedFrame HEARTBEAT = new EncodedFrame(Kind.HEARTBEAT, "", OVERHEAD_BYTES);

  private record Bytes(@Nullable WireFormat format, byte[] bytes) {}

  private final Kind kind;
  private final String text;
  private final int sizeBytes;
  private @Nullable Bytes encoded;

  private EncodedFrame(Kind kind, String text, int sizeBytes) {
    this.kind = kind;
    this.text = text;
    this.sizeBytes = sizeBytes;
  }

  /** A message, as the client is to get it: a WebSocket's text, or a whole server-sent event. */
  public static EncodedFrame message(String text) {
    return new EncodedFrame(Kind.MESSAGE, text, OVERHEAD_BYTES + Utf8.length(text));
  }

  /**
   * What only one transport understands, made by that transport.
   *
   * @param bytes what it writes
   */
  public static EncodedFrame control(byte[] bytes) {
    EncodedFrame frame = new EncodedFrame(Kind.CONTROL, "", OVERHEAD_BYTES + bytes.length);
    frame.encoded = new Bytes(null, bytes);
    return frame;
  }

  /** A message, a sign of life without content, or a transport's own affair. */
  public Kind kind() {
    return kind;
  }

  /** The message; empty for a heartbeat. */
  public String text() {
    return text;
  }

  /** What it counts for in the outbox. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** How long the message is, in bytes; of a heartbeat 0. */
  int messageBytes() {
    return sizeBytes - OVERHEAD_BYTES;
  }

  /** Its bytes in this format; remembered for the latest format asked for. */
  public byte[] bytes(WireFormat format) {
    Bytes known = encoded;
    if (known == null || kind != Kind.CONTROL && known.format() != format) {
      known = new Bytes(format, format.encode(this)); // at worst two threads make the same
      encoded = known;
    }
    return known.bytes();
  }
}
