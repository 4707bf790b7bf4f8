/** Presence: the members of channels, and the port that stores them. */
@NullMarked
package io.broadcasty.presence;

import org.jspecify.annotations.NullMarked;
