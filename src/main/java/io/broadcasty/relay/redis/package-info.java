/** Relay checkpoints and the leader lock on Redis. */
@NullMarked
package io.broadcasty.relay.redis;

import org.jspecify.annotations.NullMarked;
