package io.broadcasty.publish;

import io.broadcasty.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What is to be published, well-formed but not yet allowed.
 *
 * @param payload JSON text
 * @param meta JSON text, if any
 * @param id the publisher's idempotency id; null when it chose none
 * @param partitionKey equal keys share a partition; null spreads nothing: partition 0
 */
public record Draft(
    ChannelName channel,
    String payload,
    @Nullable String meta,
    @Nullable String id,
    @Nullable String partitionKey,
    @Nullable String event,
    @Nullable String correlationId,
    @Nullable String replyTo) {}
