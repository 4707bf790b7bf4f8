/** The broker in the node's memory: the fastest, and lost with the process. */
@NullMarked
package io.broadcasty.streams.broker.memory;

import org.jspecify.annotations.NullMarked;
