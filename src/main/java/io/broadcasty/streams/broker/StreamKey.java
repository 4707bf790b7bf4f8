package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;

/**
 * Identifies a partition's stream in one epoch.
 *
 * @param epoch as in {@link Position}
 */
public record StreamKey(TenantChannel channel, int partition, String epoch) {}
