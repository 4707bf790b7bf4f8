package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * A publication as a Server-Sent Event, whose id depends on the stream's previous position.
 *
 * <p>Streams of the same channel are at the same position, so the latest event is kept for the next
 * stream, and the streams share one cursor. Threads that race create an equal event twice at worst.
 */
@ThreadSafe
public final class EventChain {

  private final Publication publication;
  private final String data;
  private volatile @Nullable Event latest;

  /**
   * The event for streams at the same position.
   *
   * @param before their position before the event
   * @param after their position after it; the event's id
   */
  record Event(Cursor before, Cursor after, EncodedFrame frame) {}

  EventChain(Publication publication, String data) {
    this.publication = publication;
    this.data = data;
  }

  /** Returns the event for a stream at this position. */
  Event after(Cursor before) {
    Event known = latest;
    if (known != null && known.before() == before) {
      return known;
    }
    Cursor after = before.after(publication.envelope().channel().name(), publication.position());
    if (known != null && known.after().toString().equals(after.toString())) {
      return known;
    }
    Event made = new Event(before, after, SseFormat.frame(null, after.toString(), data));
    latest = made;
    return made;
  }
}
