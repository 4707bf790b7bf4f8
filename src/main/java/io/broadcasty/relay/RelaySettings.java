package io.broadcasty.relay;

import java.time.Duration;

/**
 * Settings of the relay.
 *
 * @param driver the configured driver: {@code auto}, {@code pusher}, …
 * @param fallback which streams serve clients when no provider is healthy: {@code redis} or {@code
 *     embedded}
 * @param probeInterval between two probes of a provider that fails
 * @param workers how many channels are relayed at the same time
 */
public record RelaySettings(String driver, String fallback, Duration probeInterval, int workers) {}
