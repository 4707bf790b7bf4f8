/**
 * The control topic of nodes that share a Redis.
 *
 * <p>May import: {@code control} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.control.redis;

import org.jspecify.annotations.NullMarked;
