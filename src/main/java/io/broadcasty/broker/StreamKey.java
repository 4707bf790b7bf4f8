package io.broadcasty.broker;

import io.broadcasty.channel.TenantChannel;

/**
 * One life of a partition's stream.
 *
 * @param epoch as of {@link Position}
 */
public record StreamKey(TenantChannel channel, int partition, String epoch) {}
