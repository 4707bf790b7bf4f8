package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.wire.JsonWriter;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The differences between versions of the event protocol: publications and their announcement.
 * Cursors and the other events are the same.
 */
@ThreadSafe
public interface SseDialect {

  /** Returns the data of a publication's event. */
  String publication(EncodedPublication publication);

  /**
   * Returns the data of the event {@code subscribed}.
   *
   * @param target the channel or pattern
   * @param numbers the number of each channel that is delivered
   */
  JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers);

  /**
   * Returns the data of the event {@code channel}, which comes before the first publication of a
   * stream that is new to the client.
   *
   * @return null for no such event
   */
  @Nullable String streamAnnouncement(EncodedPublication first);
}
