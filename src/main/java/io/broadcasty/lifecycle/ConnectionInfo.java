package io.broadcasty.lifecycle;

import io.broadcasty.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A connection as events name it.
 *
 * @param number names the connection on this node; no other has or had it since the node's start
 * @param transport what it came over
 * @param tenant whose it is; null as long as no token has said so
 * @param subject the user's id; null as long as no token has said so
 */
public record ConnectionInfo(
    long number, TransportType transport, @Nullable TenantId tenant, @Nullable String subject) {}
