package io.broadcasty.relay.failover;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of the active provider.
 *
 * @param from null when none was healthy before
 * @param to null when none is healthy now
 * @param reason for people: what failed, or that a preferred provider is back
 */
public record ProviderSwitch(
    @Nullable String from, @Nullable String to, String reason, Instant at) {}
