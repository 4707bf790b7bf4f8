package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.protocol.Json;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the versions of the event protocol say differently: publications, and what tells of them.
 * Cursors and the other events are the same.
 */
@ThreadSafe
public interface SseDialect {

  /** The data of a publication's event. */
  String publication(EncodedPublication publication);

  /**
   * The data of {@code subscribed}.
   *
   * @param target the channel or pattern
   * @param numbers the number of each channel that is delivered
   */
  Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers);

  /**
   * The data of the event {@code channel}, before the first publication of a stream that the client
   * has not been told of.
   *
   * @return null for no such event
   */
  @Nullable String newStream(EncodedPublication first);
}
