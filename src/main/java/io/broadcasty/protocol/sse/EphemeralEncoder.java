package io.broadcasty.protocol.sse;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;

/**
 * Encodes ephemeral publications as events without an id, so that one event serves all streams of
 * all dialects.
 */
final class EphemeralEncoder implements FrameEncoder<EncodedFrame> {

  static final EphemeralEncoder INSTANCE = new EphemeralEncoder();

  private EphemeralEncoder() {}

  @Override
  public EncodedFrame publication(EncodedPublication publication) {
    return SseFormat.frame("ephemeral", null, JsonWriter.publication(publication.publication()));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return SseFormat.frame("presence", null, JsonWriter.object(NativeFrames.presence(change)));
  }
}
