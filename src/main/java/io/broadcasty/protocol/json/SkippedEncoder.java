package io.broadcasty.protocol.json;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.wire.JsonWriter;

/** Encodes the positions of publications for the session that does not get them. */
public final class SkippedEncoder implements FrameEncoder<EncodedFrame> {

  public static final SkippedEncoder INSTANCE = new SkippedEncoder();

  private SkippedEncoder() {}

  @Override
  public EncodedFrame publication(EncodedPublication publication) {
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("push", "skipped");
              JsonWriter.writePlace(json, publication.publication());
            }));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return JsonEncoder.INSTANCE.presence(change);
  }
}
