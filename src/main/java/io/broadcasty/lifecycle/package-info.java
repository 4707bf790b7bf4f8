/**
 * What happens on this node, told to whoever listens: the port, the events, and what calls several
 * listeners.
 *
 * <p>May import: {@code channel}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.lifecycle;

import org.jspecify.annotations.NullMarked;
