package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/**
 * A request for a page of a stream.
 *
 * @param epoch the epoch the reader knows; null for the current one
 * @param after the last sequence the reader has; {@link StreamState#FROM_OLDEST} for all that is
 *     kept
 * @param maxCount the maximum number of publications; 0 requests the state only
 * @param maxBytes the approximate maximum number of bytes, but at least one publication
 */
public record ReplayRequest(
    TenantChannel channel,
    int partition,
    @Nullable String epoch,
    long after,
    int maxCount,
    long maxBytes) {}
