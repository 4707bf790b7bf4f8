package io.broadcasty.protocol;

import io.broadcasty.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks to publish, well-formed.
 *
 * @param payload JSON text, verbatim
 * @param meta JSON text, verbatim, if any
 * @param id the client's idempotency id, if any
 */
public record PublishCommand(
    ChannelName channel,
    String payload,
    @Nullable String meta,
    @Nullable String id,
    @Nullable String partitionKey,
    @Nullable String event,
    @Nullable String correlationId,
    @Nullable String replyTo) {}
