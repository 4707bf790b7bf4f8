/**
 * Limits of rates (with bucket4j) and of connections across all nodes that share a Redis.
 *
 * <p>May import: {@code ratelimit} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
