/**
 * Relay checkpoints and the leader lock on Redis.
 *
 * <p>May import: {@code driver} and what it may import, {@code redis}, {@code format}.
 */
@NullMarked
package io.broadcasty.driver.redis;

import org.jspecify.annotations.NullMarked;
