package io.broadcasty.protocol.json;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;

/** Encodes publications and presence changes as pushes of version 1. */
public final class JsonEncoder implements FrameEncoder<EncodedFrame> {

  public static final JsonEncoder INSTANCE = new JsonEncoder();

  private JsonEncoder() {}

  @Override
  public EncodedFrame publication(EncodedPublication publication) {
    String push = publication.isEphemeral() ? "ephemeral" : "publication";
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("push", push);
              JsonWriter.write(json, publication.publication());
            }));
  }

  @Override
  public EncodedFrame presence(PresenceChange change) {
    return EncodedFrame.message(NativeFrames.presencePush(NativeFrames.presence(change)));
  }
}
