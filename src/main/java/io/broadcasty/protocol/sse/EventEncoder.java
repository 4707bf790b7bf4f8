package io.broadcasty.protocol.sse;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;

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
    return SseFormat.frame("presence", null, JsonWriter.object(NativeFrames.presence(change)));
  }
}
