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
  private @Nullable EncodedFrame event;

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

  /**
   * The event of an SSE stream. Streams of the same channel stand at the same place, so the latest
   * one is kept for the next.
   *
   * @param id where the stream stands after it
   */
  public EncodedFrame event(String id) {
    EncodedFrame frame = event;
    if (frame == null || !id.equals(frame.id())) {
      frame = EncodedFrame.message(null, id, json());
      event = frame;
    }
    return frame;
  }
}
