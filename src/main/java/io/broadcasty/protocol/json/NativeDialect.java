package io.broadcasty.protocol.json;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.hub.FrameEncoder;
import io.broadcasty.protocol.Json;
import io.broadcasty.subscribe.SubscribeOutcome;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the versions of the native protocol say differently: publications, and what tells of them.
 * Commands and the other messages are the same.
 */
@ThreadSafe
public interface NativeDialect {

  /** The version, as the reply to {@code connect} tells it. */
  int version();

  /** How publications and changes of members are written. */
  FrameEncoder<EncodedFrame> encoder();

  /**
   * The result of a subscribe.
   *
   * @param target the channel or pattern
   * @param numbers the number of each channel that is delivered
   */
  Json.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers);

  /**
   * What is sent before the first publication of a stream that the client has not been told of.
   *
   * @return null for nothing
   */
  @Nullable EncodedFrame newStream(EncodedPublication first);
}
