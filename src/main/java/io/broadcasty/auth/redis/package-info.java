/**
 * Nonces shared by all nodes that share a Redis.
 *
 * <p>May import: {@code auth} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.auth.redis;

import org.jspecify.annotations.NullMarked;
