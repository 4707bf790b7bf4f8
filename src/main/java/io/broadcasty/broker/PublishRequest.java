package io.broadcasty.broker;

import io.broadcasty.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks to publish: well-formed, but not yet allowed.
 *
 * @param id the publisher's idempotency id; null when it chose none
 * @param partitionKey equal keys share a partition; null means partition 0
 */
public record PublishRequest(
    ChannelName channel, @Nullable String id, @Nullable String partitionKey, Message message) {

  /** The same request with another message. */
  public PublishRequest withMessage(Message changed) {
    return new PublishRequest(channel, id, partitionKey, changed);
  }
}
