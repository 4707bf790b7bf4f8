package io.broadcasty.core.lifecycle;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A connection as events describe it.
 *
 * @param number identifies the connection on this node; never reused until the node restarts
 * @param transport the connection's transport
 * @param tenant the caller's tenant; null until a token has been verified
 * @param subject the user's id; null until a token has been verified
 * @param address the client's address; null where it is unknown
 */
public record ConnectionInfo(
    long number,
    TransportType transport,
    @Nullable TenantId tenant,
    @Nullable String subject,
    @Nullable String address) {}
