/** The broker on Redis: one order for all nodes that share it. */
@NullMarked
package io.broadcasty.streams.broker.redis;

import org.jspecify.annotations.NullMarked;
