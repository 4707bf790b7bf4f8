/**
 * How far a node that shares its streams with nobody has relayed.
 *
 * <p>May import: {@code driver} and what it may import.
 */
@NullMarked
package io.broadcasty.driver.memory;

import org.jspecify.annotations.NullMarked;
