package io.broadcasty.hub;

import org.jspecify.annotations.Nullable;

/**
 * What one write carries to a client. A WebSocket transport sends the text; an SSE transport sends
 * an event with it as data.
 *
 * @param kind a message, or a sign of life without content
 * @param event the SSE event's name; null for the default type
 * @param id the SSE event's id; null for none
 * @param text the message; empty for a heartbeat
 * @param sizeBytes what it counts for in the outbox
 */
public record EncodedFrame(
    Kind kind, @Nullable String event, @Nullable String id, String text, int sizeBytes) {

  /** What a frame is. */
  public enum Kind {
    MESSAGE,
    HEARTBEAT
  }

  private static final int OVERHEAD_BYTES = 32;

  /** A sign of life. */
  public static final EncodedFrame HEARTBEAT =
      new EncodedFrame(Kind.HEARTBEAT, null, null, "", OVERHEAD_BYTES);

  /** A message without SSE fields. */
  public static EncodedFrame message(String text) {
    return message(null, null, text);
  }

  /** A message. */
  public static EncodedFrame message(@Nullable String event, @Nullable String id, String text) {
    int size = OVERHEAD_BYTES + Utf8.length(text) + (id == null ? 0 : id.length());
    return new EncodedFrame(Kind.MESSAGE, event, id, text, size);
  }
}
