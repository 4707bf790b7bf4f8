/** The control topic of nodes that share a relational database. */
@NullMarked
package io.broadcasty.cluster.control.jdbc;

import org.jspecify.annotations.NullMarked;
