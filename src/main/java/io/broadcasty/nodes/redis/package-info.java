/**
 * The nodes that share a Redis.
 *
 * <p>May import: {@code nodes} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.nodes.redis;

import org.jspecify.annotations.NullMarked;
