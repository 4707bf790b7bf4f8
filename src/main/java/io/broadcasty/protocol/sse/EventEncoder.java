package io.broadcasty.protocol.sse;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;

/**
 * Encodes publications as events whose data a dialect writes, and presence changes as events
 * without an id. One instance for each dialect.
 */
public final class EventEncoder implements FrameEncoder<EventChain> {

  private final SseDialect dialect;

  public EventEncoder(SseDialect dialect) {
    this.dialect = dialect;
  }

  SseDialect dialect() {
    return dialect;
  }

  @Override
  public EventChain publication(EncodedPublication publication) {
    return new EventChain(publication.publication(), dialect.publication(publication));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return EventText.frame("presence", null, Json.object(NativeFrames.presence(change)));
  }
}
