/**
 * The control topic of nodes that share a relational database.
 *
 * <p>May import: {@code control} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.control.jdbc;

import org.jspecify.annotations.NullMarked;
