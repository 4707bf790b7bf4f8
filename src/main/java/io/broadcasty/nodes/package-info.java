/**
 * Which nodes serve together: the registry port, and that of a node that serves alone.
 *
 * <p>May import: {@code background}, {@code time}.
 */
@NullMarked
package io.broadcasty.nodes;

import org.jspecify.annotations.NullMarked;
