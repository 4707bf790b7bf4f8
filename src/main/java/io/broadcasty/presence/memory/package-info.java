/**
 * The members of one node's channels, in its memory.
 *
 * <p>May import: {@code presence} and what it may import.
 */
@NullMarked
package io.broadcasty.presence.memory;

import org.jspecify.annotations.NullMarked;
