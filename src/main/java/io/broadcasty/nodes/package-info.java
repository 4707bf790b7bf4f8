/**
 * Which nodes serve together: the registry port, and that of a node that serves alone.
 *
 * <p>May import: {@code time}.
 */
@NullMarked
package io.broadcasty.nodes;

import org.jspecify.annotations.NullMarked;
