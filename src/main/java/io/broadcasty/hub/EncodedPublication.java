package io.broadcasty.hub;

import io.broadcasty.broker.Publication;
import io.broadcasty.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * A publication with its encodings, each made once, when the first subscriber needs it. Safe for
 * use by several threads: at worst two make the same text.
 */
public final class EncodedPublication {

  private static final String PUSH_START = "{\"push\":\"publication\",";

  private final Publication publication;
  private @Nullable String json;
  private @Nullable EncodedFrame push;

  public EncodedPublication(Publication publication) {
    this.publication = publication;
  }

  public Publication publication() {
    return publication;
  }

  /** The publication as JSON: what SSE carries as data. */
  public String json() {
    String text = json;
    if (text == null) {
      text = Json.publication(publication);
      json = text;
    }
    return text;
  }

  /** The push of the native WebSocket protocol. */
  public EncodedFrame push() {
    EncodedFrame frame = push;
    if (frame == null) {
      frame = EncodedFrame.message(PUSH_START + json().substring(1));
      push = frame;
    }
    return frame;
  }
}
