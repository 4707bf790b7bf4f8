package io.broadcasty.hub;

import io.broadcasty.broker.Publication;
import io.broadcasty.protocol.Cursor;
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
  private @Nullable Event event;

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
   * The publication as an event of SSE streams.
   *
   * @param before where a stream stands before it
   * @param after where it stands then; the event's id
   */
  public record Event(Cursor before, Cursor after, EncodedFrame frame) {}

  /**
   * The event for a stream that stands there. Streams of the same channel stand at the same place,
   * so the latest event is kept for the next, and they go on with one cursor.
   */
  public Event event(Cursor before) {
    Event latest = event;
    if (latest != null && latest.before() == before) {
      return latest;
    }
    Cursor after = before.after(publication.envelope().channel().name(), publication.position());
    if (latest != null && latest.after().toString().equals(after.toString())) {
      return latest;
    }
    Event made = new Event(before, after, EncodedFrame.message(null, after.toString(), json()));
    event = made;
    return made;
  }
}
