/** The control topic of a node that serves alone. */
@NullMarked
package io.broadcasty.cluster.control.memory;

import org.jspecify.annotations.NullMarked;
