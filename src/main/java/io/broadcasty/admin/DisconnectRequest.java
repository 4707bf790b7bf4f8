package io.broadcasty.admin;

import org.jspecify.annotations.Nullable;

/**
 * Whose connections are to be ended: those that match everything that is given.
 *
 * @param tenant null for the caller's own, or for an operator all tenants
 * @param user the subject of tokens; null for all users
 * @param tokenId as of {@link io.broadcasty.auth.Caller#tokenId}; null for all tokens
 * @param code what the clients are told, a code of {@code protocol/codes.json}
 */
public record DisconnectRequest(
    @Nullable String tenant, @Nullable String user, @Nullable String tokenId, String code) {}
