package io.broadcasty.driver;

import java.time.Duration;

/**
 * How publications are relayed.
 *
 * @param driver what is configured: {@code auto}, {@code pusher}, …
 * @param last where clients are served when no provider is healthy: {@code redis} or {@code
 *     embedded}
 * @param probeInterval between two probes of a provider that fails
 * @param workers how many channels are relayed at the same time
 */
public record RelaySettings(String driver, String last, Duration probeInterval, int workers) {}
