/** The registry of nodes that share a Redis. */
@NullMarked
package io.broadcasty.cluster.nodes.redis;

import org.jspecify.annotations.NullMarked;
