package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/**
 * A page to read from a stream.
 *
 * @param epoch the epoch the reader knows; null takes the present one
 * @param after the last sequence the reader has; {@link StreamState#FROM_OLDEST} for all that is
 *     kept
 * @param maxCount at most so many publications; 0 asks for the state alone
 * @param maxBytes at most about so many bytes, but at least one publication
 */
public record ReplayRequest(
    TenantChannel channel,
    int partition,
    @Nullable String epoch,
    long after,
    int maxCount,
    long maxBytes) {}
