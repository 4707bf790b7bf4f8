/**
 * Presence of all nodes that share a Redis.
 *
 * <p>May import: {@code presence} and what it may import, {@code redis}, {@code format}.
 */
@NullMarked
package io.broadcasty.presence.redis;

import org.jspecify.annotations.NullMarked;
