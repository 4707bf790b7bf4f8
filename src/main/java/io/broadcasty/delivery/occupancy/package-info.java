/**
 * Which channels have subscribers anywhere in the cluster: the port that stores it, and the events
 * of the first subscriber and of the departure of the last, once for all nodes.
 */
@NullMarked
package io.broadcasty.delivery.occupancy;

import org.jspecify.annotations.NullMarked;
