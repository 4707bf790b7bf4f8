/**
 * Relay checkpoints in a relational database.
 *
 * <p>May import: {@code driver} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.driver.jdbc;

import org.jspecify.annotations.NullMarked;
