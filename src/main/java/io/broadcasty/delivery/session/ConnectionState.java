package io.broadcasty.delivery.session;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.TransportType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated connection of this node at one moment.
 *
 * @param number identifies the connection on this node; never reused until the node restarts
 * @param address the client's address; null where it is unknown
 * @param open since when it has been open
 * @param subscriptions how many channels and patterns it has subscribed to
 * @param writtenBytes how many bytes the client has been sent
 * @param pendingBytes how many bytes wait for the client
 */
public record ConnectionState(
    long number,
    TransportType transport,
    Caller caller,
    @Nullable String address,
    Duration open,
    int subscriptions,
    long writtenBytes,
    long pendingBytes) {}
