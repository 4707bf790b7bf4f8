package io.broadcasty.protocol.compact;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.sse.SseDialect;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;

/** Version 2 of the protocol over Server-Sent Events. */
record CompactEventDialect(Included included) implements SseDialect {

  @Override
  public String publication(EncodedPublication publication) {
    return CompactJson.publication(publication, included);
  }

  @Override
  public Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return CompactJson.subscribed(target, outcome, numbers);
  }

  @Override
  public String newStream(EncodedPublication first) {
    return Json.object(CompactJson.channel(first));
  }
}
