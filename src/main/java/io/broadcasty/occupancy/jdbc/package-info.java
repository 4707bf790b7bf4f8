/**
 * Channels with subscribers on nodes that share a relational database.
 *
 * <p>May import: {@code occupancy} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.occupancy.jdbc;

import org.jspecify.annotations.NullMarked;
