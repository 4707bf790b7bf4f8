/**
 * The registry of live nodes: the port, and the implementation for a node that serves alone.
 *
 * <p>May import: {@code background}, {@code time}.
 */
@NullMarked
package io.broadcasty.nodes;

import org.jspecify.annotations.NullMarked;
