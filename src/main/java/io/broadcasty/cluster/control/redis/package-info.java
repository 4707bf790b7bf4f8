/** The control topic of nodes that share a Redis. */
@NullMarked
package io.broadcasty.cluster.control.redis;

import org.jspecify.annotations.NullMarked;
