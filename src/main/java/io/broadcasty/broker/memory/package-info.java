/**
 * The broker in the node's memory: the fastest, and lost with the process.
 *
 * <p>May import: {@code broker} and what it may import.
 */
@NullMarked
package io.broadcasty.broker.memory;

import org.jspecify.annotations.NullMarked;
