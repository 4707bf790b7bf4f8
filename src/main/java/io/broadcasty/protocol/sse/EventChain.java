package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Publication;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.protocol.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A publication as an event, whose id depends on where the stream stood before. Streams of the same
 * channel stand at the same place, so the latest event is kept for the next, and they go on with
 * one cursor. At worst two threads make the same event.
 */
@ThreadSafe
public final class EventChain {

  private final Publication publication;
  private final String data;
  private @Nullable Event latest;

  /**
   * The event of streams that stood at the same place.
   *
   * @param before where they stood
   * @param after where they stand then; the event's id
   */
  record Event(Cursor before, Cursor after, EncodedFrame frame) {}

  EventChain(Publication publication, String data) {
    this.publication = publication;
    this.data = data;
  }

  /** The event for a stream that stands there. */
  Event after(Cursor before) {
    Event known = latest;
    if (known != null && known.before() == before) {
      return known;
    }
    Cursor after = before.after(publication.envelope().channel().name(), publication.position());
    if (known != null && known.after().toString().equals(after.toString())) {
      return known;
    }
    Event made = new Event(before, after, EventText.frame(null, after.toString(), data));
    latest = made;
    return made;
  }
}
