/** Presence of all nodes that share a Redis. */
@NullMarked
package io.broadcasty.presence.redis;

import org.jspecify.annotations.NullMarked;
