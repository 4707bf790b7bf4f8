package io.broadcasty.admin.explorer;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A search for connections, one page of it.
 *
 * @param user the user's id; null for all users
 * @param transport null for all transports
 * @param node the node's name; null for all nodes
 * @param after the connection before the page; null for the first page
 * @param limit the most connections of the page
 */
public record ConnectionSearch(
    TenantId tenant,
    @Nullable String user,
    @Nullable TransportType transport,
    @Nullable String node,
    @Nullable ConnectionCursor after,
    int limit) {}
