package io.broadcasty.hub;

import org.jspecify.annotations.Nullable;

/**
 * What one write carries to a client. A WebSocket transport sends the text; an SSE transport sends
 * an event with it as data. One frame may go to many connections, so its bytes are made once. Safe
 * for use by several threads.
 */
public final class EncodedFrame {

  /** What a frame is. */
  public enum Kind {
    MESSAGE,
    HEARTBEAT,
    CONTROL
  }

  private static final int OVERHEAD_BYTES = 32;

  /** A sign of life. */
  public static final EncodedFrame HEARTBEAT =
      new EncodedFrame(Kind.HEARTBEAT, null, null, "", OVERHEAD_BYTES);

  private record Bytes(@Nullable WireFormat format, byte[] bytes) {}

  private final Kind kind;
  private final @Nullable String event;
  private final @Nullable String id;
  private final String text;
  private final int sizeBytes;
  private @Nullable Bytes encoded;

  private EncodedFrame(
      Kind kind, @Nullable String event, @Nullable String id, String text, int sizeBytes) {
    this.kind = kind;
    this.event = event;
    this.id = id;
    this.text = text;
    this.sizeBytes = sizeBytes;
  }

  /** A message without SSE fields. */
  public static EncodedFrame message(String text) {
    return message(null, null, text);
  }

  /**
   * A message.
   *
   * @param event the SSE event's name; null for the default type
   * @param id the SSE event's id; null for none
   */
  public static EncodedFrame message(@Nullable String event, @Nullable String id, String text) {
    int size = OVERHEAD_BYTES + Utf8.length(text) + (id == null ? 0 : id.length());
    return new EncodedFrame(Kind.MESSAGE, event, id, text, size);
  }

  /**
   * What only one transport understands, made by that transport.
   *
   * @param bytes what it writes
   */
  public static EncodedFrame control(byte[] bytes) {
    EncodedFrame frame =
        new EncodedFrame(Kind.CONTROL, null, null, "", OVERHEAD_BYTES + bytes.length);
    frame.encoded = new Bytes(null, bytes);
    return frame;
  }

  /** A message, a sign of life without content, or a transport's own affair. */
  public Kind kind() {
    return kind;
  }

  /** The SSE event's name; null for the default type. */
  public @Nullable String event() {
    return event;
  }

  /** The SSE event's id; null for none. */
  public @Nullable String id() {
    return id;
  }

  /** The message; empty for a heartbeat. */
  public String text() {
    return text;
  }

  /** What it counts for in the outbox. */
  public int sizeBytes() {
    return sizeBytes;
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
