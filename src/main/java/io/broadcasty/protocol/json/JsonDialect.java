package io.broadcasty.protocol.json;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Version 1 of the protocol over WebSocket, in which each publication contains all its fields. */
@ThreadSafe
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
  public JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return NativeFrames.subscribed(
        target, ChannelPattern.isPattern(target), outcome.recovered(), outcome.heads());
  }

  @Override
  public @Nullable EncodedFrame streamAnnouncement(EncodedPublication first) {
    return null;
  }
}
