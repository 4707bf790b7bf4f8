/** Channels with subscribers on nodes that share a relational database. */
@NullMarked
package io.broadcasty.delivery.occupancy.jdbc;

import org.jspecify.annotations.NullMarked;
