/**
 * What all nodes that share a Redis have been sent before.
 *
 * <p>May import: {@code auth} and what it may import, {@code redis}.
 */
@NullMarked
package io.broadcasty.auth.redis;

import org.jspecify.annotations.NullMarked;
