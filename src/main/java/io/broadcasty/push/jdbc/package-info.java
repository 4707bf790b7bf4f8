/**
 * Subscriptions and the queue of notifications in a relational database.
 *
 * <p>May import: {@code push} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.push.jdbc;

import org.jspecify.annotations.NullMarked;
