/**
 * What all nodes that share a Redis may do together: rates by bucket4j, and connections.
 *
 * <p>May import: {@code ratelimit} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
