/**
 * Events on this node: the listener port, the events, and the dispatcher to several listeners.
 *
 * <p>May import: {@code channel}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.lifecycle;

import org.jspecify.annotations.NullMarked;
