package io.broadcasty.protocol.compact;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.protocol.sse.SseDialect;
import io.broadcasty.wire.JsonWriter;
import java.util.function.ToIntFunction;

/** Version 2 of the protocol over Server-Sent Events. */
@ThreadSafe
record CompactEventDialect(IncludedFields included) implements SseDialect {

  @Override
  public String publication(EncodedPublication publication) {
    return CompactJson.publication(publication, included);
  }

  @Override
  public JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    return CompactJson.subscribed(target, outcome, numbers);
  }

  @Override
  public String streamAnnouncement(EncodedPublication first) {
    return JsonWriter.object(CompactJson.channel(first));
  }
}
