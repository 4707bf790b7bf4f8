/**
 * Channels with subscribers anywhere in the cluster: the store port, and the notification, once for
 * all nodes, when a channel gets its first subscriber or loses its last.
 *
 * <p>May import: {@code background}, {@code channel}, {@code lifecycle}, {@code tenant}, {@code
 * time}.
 */
@NullMarked
package io.broadcasty.occupancy;

import org.jspecify.annotations.NullMarked;
