/**
 * Relay checkpoints in memory, for a node that shares its streams with no other.
 *
 * <p>May import: {@code driver} and what it may import.
 */
@NullMarked
package io.broadcasty.driver.memory;

import org.jspecify.annotations.NullMarked;
