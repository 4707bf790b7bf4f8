package io.broadcasty.protocol.json;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Version 1 of the protocol over WebSocket, in which each publication contains all its fields. */
final class JsonDialect implements NativeDialect {

  static final JsonDialect INSTANCE = new JsonDialect();

  private JsonDialect() {}

  @Override
  public int version() {
    return 1;
  }

  @Override
  public FrameEncoder<EncodedFrame> encoder() {
    return JsonEncoder.INSTANCE;
  }

  @Override
  public Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return NativeFrames.subscribed(
        target, ChannelPattern.isPattern(target), outcome.recovered(), outcome.heads());
  }

  @Override
  public @Nullable EncodedFrame newStream(EncodedPublication first) {
    return null;
  }
}
