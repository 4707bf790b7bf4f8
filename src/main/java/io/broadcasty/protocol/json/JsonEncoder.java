package io.broadcasty.protocol.json;

import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;

/** Encodes publications and presence changes as pushes of version 1. */
public final class JsonEncoder implements FrameEncoder<EncodedFrame> {

  public static final JsonEncoder INSTANCE = new JsonEncoder();

  private JsonEncoder() {}

  @Override
  public EncodedFrame publication(EncodedPublication publication) {
    return EncodedFrame.message(
        Json.object(
            json -> {
              json.writeStringField("push", "publication");
              Json.write(json, publication.publication());
            }));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return EncodedFrame.message(NativeFrames.presencePush(NativeFrames.presence(change)));
  }
}
