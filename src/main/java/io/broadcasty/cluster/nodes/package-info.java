/** The registry of live nodes: the port, and the implementation for a node that serves alone. */
@NullMarked
package io.broadcasty.cluster.nodes;

import org.jspecify.annotations.NullMarked;
