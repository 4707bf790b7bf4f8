package io.broadcasty.protocol.sse;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Version 1 of the protocol over Server-Sent Events, in which each publication contains all its
 * fields.
 */
final class JsonDialect implements SseDialect {

  @Override
  public String publication(EncodedPublication publication) {
    return Json.publication(publication.publication());
  }

  @Override
  public Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return NativeFrames.subscribed(
        target, ChannelPattern.isPattern(target), outcome.recovered(), outcome.heads());
  }

  @Override
  public @Nullable String newStream(EncodedPublication first) {
    return null;
  }
}
