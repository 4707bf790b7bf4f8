package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.presence.PresenceChange;
import org.jspecify.annotations.Nullable;

/** A change of a channel's members, with its cached encodings. */
@ThreadSafe
public final class EncodedPresence extends EncodingCache {

  private final PresenceChange change;

  public EncodedPresence(PresenceChange change) {
    this.change = change;
  }

  public PresenceChange change() {
    return change;
  }

  /**
   * Returns the change as this encoder writes it; encodes it for the first subscriber that needs
   * it.
   */
  public EncodedFrame encodedBy(FrameEncoder<?> encoder) {
    @Nullable Object known = find(encoder);
    return (EncodedFrame) (known == null ? putIfAbsent(encoder, encoder.presence(change)) : known);
  }
}
