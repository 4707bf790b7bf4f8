package io.broadcasty.protocol.sse;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;

/** Publications as events that say everything; changes of members as events without an id. */
final class EventEncoder implements FrameEncoder<EventChain> {

  static final EventEncoder INSTANCE = new EventEncoder();

  private EventEncoder() {}

  @Override
  public EventChain publication(EncodedPublication publication) {
    return new EventChain(publication.publication(), Json.publication(publication.publication()));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return EventText.frame("presence", null, Json.object(NativeFrames.presence(change)));
  }
}
