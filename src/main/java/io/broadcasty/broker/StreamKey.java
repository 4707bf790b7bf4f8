package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;

/**
 * Identifies a partition's stream in one epoch.
 *
 * @param epoch as in {@link Position}
 */
public record StreamKey(TenantChannel channel, int partition, String epoch) {}
