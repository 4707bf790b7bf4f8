/**
 * The broker, archive and spool in a relational database: streams survive the process.
 *
 * <p>May import: {@code broker} and what it may import, {@code database}, {@code format}.
 */
@NullMarked
package io.broadcasty.broker.jdbc;

import org.jspecify.annotations.NullMarked;
