/**
 * The broker on Redis: one order for all nodes that share it.
 *
 * <p>May import: {@code broker} and what it may import, {@code redis}, {@code format}.
 */
@NullMarked
package io.broadcasty.broker.redis;

import org.jspecify.annotations.NullMarked;
