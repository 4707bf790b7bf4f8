package io.broadcasty.protocol.sse;

import io.broadcasty.delivery.hub.EncodedFrame;
import org.jspecify.annotations.Nullable;

/** Writes Server-Sent Events (WHATWG HTML, section 9.2.6). */
final class SseFormat {

  private static final int FIELDS_LENGTH = 64;

  private SseFormat() {}

  /**
   * Returns an event as a frame.
   *
   * @param event its type; null for the default one
   * @param id its id; null for none
   */
  static EncodedFrame frame(@Nullable String event, @Nullable String id, String data) {
    int idLength = id == null ? 0 : id.length();
    StringBuilder text = new StringBuilder(data.length() + idLength + FIELDS_LENGTH);
    if (event != null) {
      text.append("event: ").append(event).append('\n');
    }
    if (id != null) {
      text.append("id: ").append(id).append('\n');
    }
    appendData(text, data);
    return EncodedFrame.message(text.append('\n').toString());
  }

  /** Writes the data, split at line breaks of any kind, which would end the field. */
  private static void appendData(StringBuilder text, String data) {
    if (data.indexOf('\n') < 0 && data.indexOf('\r') < 0) {
      text.append("data: ").append(data).append('\n');
    } else {
      data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
    }
  }
}
