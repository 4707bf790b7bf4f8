/** Limits of rates (with bucket4j) and of connections across all nodes that share a Redis. */
@NullMarked
package io.broadcasty.core.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
