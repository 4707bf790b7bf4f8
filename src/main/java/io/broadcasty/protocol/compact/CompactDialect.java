package io.broadcasty.protocol.compact;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.json.JsonEncoder;
import io.broadcasty.protocol.json.NativeDialect;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;

/**
 * Version 2 of the protocol over WebSocket, with one instance for each combination of included
 * fields.
 */
final class CompactDialect implements NativeDialect {

  private final Included included;

  private final FrameEncoder<EncodedFrame> encoder =
      new FrameEncoder<>() {
        @Override
        public EncodedFrame publication(EncodedPublication publication) {
          return EncodedFrame.message(CompactJson.publication(publication, included()));
        }

        @Override
        public EncodedFrame presence(PresenceChange change) {
          return JsonEncoder.INSTANCE.presence(change);
        }
      };

  CompactDialect(Included included) {
    this.included = included;
  }

  private Included included() {
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
  public Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return CompactJson.subscribed(target, outcome, numbers);
  }

  @Override
  public EncodedFrame newStream(EncodedPublication first) {
    return EncodedFrame.message(
        Json.object(
            json -> {
              json.writeStringField("push", "channel");
              CompactJson.channel(first).write(json);
            }));
  }
}
