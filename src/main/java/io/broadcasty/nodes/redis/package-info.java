/**
 * The registry of nodes that share a Redis.
 *
 * <p>May import: {@code nodes} and what it may import, {@code redis}, {@code format}.
 */
@NullMarked
package io.broadcasty.nodes.redis;

import org.jspecify.annotations.NullMarked;
