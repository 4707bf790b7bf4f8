package io.broadcasty.admin.explorer;

import org.jspecify.annotations.Nullable;

/**
 * A connection as administrators see it, without its token.
 *
 * @param number identifies the connection on its node
 * @param transport the name of the transport
 * @param user the user's id
 * @param keyId the API key that the caller used; null for a token of an issuer
 * @param address the client's address; null where it is unknown
 * @param openedAtMillis by the clock of the node
 * @param expiresAtMillis when the token expires
 * @param subscriptions how many channels and patterns it has subscribed to
 * @param writtenBytes how many bytes the client has been sent
 * @param pendingBytes how many bytes wait for the client
 */
public record ExploredConnection(
    long number,
    String transport,
    String user,
    @Nullable String keyId,
    @Nullable String address,
    long openedAtMillis,
    long expiresAtMillis,
    int subscriptions,
    long writtenBytes,
    long pendingBytes) {}
