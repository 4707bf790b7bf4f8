package io.broadcasty.admin.key;

import java.time.Duration;

/**
 * How an API key gets another secret.
 *
 * @param overlap how long the former secret stays valid; zero ends its streams too
 * @param replace whether the newer secret is dropped if two are valid, as that of a rotation whose
 *     answer was lost; the older one, which clients use, stays valid for {@code overlap}
 */
public record KeyRotation(Duration overlap, boolean replace) {}
