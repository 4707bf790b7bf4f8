/** Channels with subscribers on nodes that share a Redis. */
@NullMarked
package io.broadcasty.delivery.occupancy.redis;

import org.jspecify.annotations.NullMarked;
