package io.broadcasty.delivery.session;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Selects connections of a tenant.
 *
 * @param subject the user; null for all users
 * @param transport null for all transports
 */
public record ConnectionFilter(
    TenantId tenant, @Nullable String subject, @Nullable TransportType transport) {}
