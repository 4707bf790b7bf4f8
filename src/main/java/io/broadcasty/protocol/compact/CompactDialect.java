package io.broadcasty.protocol.compact;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.json.JsonEncoder;
import io.broadcasty.protocol.json.NativeDialect;
import io.broadcasty.wire.JsonWriter;
import java.util.function.ToIntFunction;

/**
 * Version 2 of the protocol over WebSocket, with one instance for each combination of included
 * fields.
 */
@ThreadSafe
final class CompactDialect implements NativeDialect {

  private final IncludedFields included;

  private final FrameEncoder<EncodedFrame> encoder =
      new FrameEncoder<>() {
        @Override
        public EncodedFrame publication(EncodedPublication publication) {
          return publication.isEphemeral()
              ? publication.encodedBy(JsonEncoder.INSTANCE)
              : EncodedFrame.message(CompactJson.publication(publication, included()));
        }

        @Override
        public EncodedFrame presence(PresenceChange change) {
          return JsonEncoder.INSTANCE.presence(change);
        }
      };

  CompactDialect(IncludedFields included) {
    this.included = included;
  }

  private IncludedFields included() {
    return included;
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public FrameEncoder<EncodedFrame> encoder() {
    return encoder;
  }

  @Override
  public JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return CompactJson.subscribed(target, outcome, numbers);
  }

  @Override
  public EncodedFrame streamAnnouncement(EncodedPublication first) {
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("push", "channel");
              CompactJson.channel(first).write(json);
            }));
  }
}
