/**
 * Push subscriptions, the push queue and pending pushes in a relational database.
 *
 * <p>May import: {@code push} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.push.jdbc;

import org.jspecify.annotations.NullMarked;
