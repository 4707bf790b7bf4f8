/**
 * Channels with subscribers on nodes that share a Redis.
 *
 * <p>May import: {@code occupancy} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.occupancy.redis;

import org.jspecify.annotations.NullMarked;
