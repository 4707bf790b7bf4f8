/** How far this node's clock is from that of the store. */
@NullMarked
package io.broadcasty.cluster.clock;

import org.jspecify.annotations.NullMarked;
