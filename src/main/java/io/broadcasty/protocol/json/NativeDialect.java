package io.broadcasty.protocol.json;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.hub.FrameEncoder;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.wire.JsonWriter;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The differences between versions of the native protocol over WebSocket: publications and their
 * announcement. Commands and the other messages are the same.
 */
@ThreadSafe
public interface NativeDialect {

  /** Returns the version that the reply to {@code connect} contains. */
  int version();

  /** Returns the encoder of publications and presence changes. */
  FrameEncoder<EncodedFrame> encoder();

  /**
   * Returns the result of a subscribe.
   *
   * @param target the channel or pattern
   * @param numbers the number of each channel that is delivered
   */
  JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers);

  /**
   * Returns the message to send before the first publication of a stream that is new to the client.
   *
   * @return null for no message
   */
  @Nullable EncodedFrame streamAnnouncement(EncodedPublication first);
}
