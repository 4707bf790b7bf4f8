/**
 * Presence: the members of channels, and the port that stores them.
 *
 * <p>May import: {@code background}, {@code channel}, {@code lifecycle}, {@code tenant}, {@code
 * time}.
 */
@NullMarked
package io.broadcasty.presence;

import org.jspecify.annotations.NullMarked;
