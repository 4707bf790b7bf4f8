package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * A request to publish: well-formed, but not yet authorised.
 *
 * @param id the publisher's idempotency id; null when it chose none
 * @param partitionKey equal keys share a partition; null means partition 0
 * @param ephemeral whether it is delivered without being kept
 */
public record PublishRequest(
    ChannelName channel,
    @Nullable String id,
    @Nullable String partitionKey,
    Message message,
    boolean ephemeral) {

  /** Creates a request for a publication that is kept. */
  public PublishRequest(
      ChannelName channel, @Nullable String id, @Nullable String partitionKey, Message message) {
    this(channel, id, partitionKey, message, false);
  }

  /** Returns a copy with another message. */
  public PublishRequest withMessage(Message changed) {
    return new PublishRequest(channel, id, partitionKey, changed, ephemeral);
  }
}
