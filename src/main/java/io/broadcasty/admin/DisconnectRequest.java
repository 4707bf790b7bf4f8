package io.broadcasty.admin;

import org.jspecify.annotations.Nullable;

/**
 * Selects the connections to end: those that match all given values.
 *
 * @param tenant null for the caller's own, or for an operator all tenants
 * @param user the subject of tokens; null for all users
 * @param tokenId see {@link io.broadcasty.core.auth.Caller#tokenId}; null for all tokens
 * @param code sent to the clients, a code of {@code protocol/codes.json}
 */
public record DisconnectRequest(
    @Nullable String tenant, @Nullable String user, @Nullable String tokenId, String code) {}
