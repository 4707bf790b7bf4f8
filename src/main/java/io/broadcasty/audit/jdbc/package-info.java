/**
 * The audit log in a relational database.
 *
 * <p>May import: {@code audit} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.audit.jdbc;

import org.jspecify.annotations.NullMarked;
