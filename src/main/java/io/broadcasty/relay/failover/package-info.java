/** Chooses which of several providers serves: the first that is healthy. */
@NullMarked
package io.broadcasty.relay.failover;

import org.jspecify.annotations.NullMarked;
