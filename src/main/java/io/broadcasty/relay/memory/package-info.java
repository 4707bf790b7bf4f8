/** Relay checkpoints in memory, for a node that shares its streams with no other. */
@NullMarked
package io.broadcasty.relay.memory;

import org.jspecify.annotations.NullMarked;
