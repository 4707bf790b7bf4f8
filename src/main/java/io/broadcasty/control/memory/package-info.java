/**
 * The control topic of a node that serves alone.
 *
 * <p>May import: {@code control} and what it may import.
 */
@NullMarked
package io.broadcasty.control.memory;

import org.jspecify.annotations.NullMarked;
