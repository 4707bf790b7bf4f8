/**
 * Which channels have subscribers anywhere in the cluster: the port that keeps it, and what tells a
 * channel's first subscriber and the end of its last, once for all nodes.
 *
 * <p>May import: {@code background}, {@code channel}, {@code lifecycle}, {@code tenant}, {@code
 * time}.
 */
@NullMarked
package io.broadcasty.occupancy;

import org.jspecify.annotations.NullMarked;
