package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Version 1 of the protocol over Server-Sent Events, in which each publication contains all its
 * fields.
 */
@ThreadSafe
final class JsonEventDialect implements SseDialect {

  @Override
  public String publication(EncodedPublication publication) {
    return JsonWriter.publication(publication.publication());
  }

  @Override
  public JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return NativeFrames.subscribed(
        target, ChannelPattern.isPattern(target), outcome.recovered(), outcome.heads());
  }

  @Override
  public @Nullable String streamAnnouncement(EncodedPublication first) {
    return null;
  }
}
