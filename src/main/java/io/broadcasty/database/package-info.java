/**
 * The relational database: a pool, the schema's migrations, and what differs from one product to
 * another.
 *
 * <p>May import: nothing of ours.
 */
@NullMarked
package io.broadcasty.database;

import org.jspecify.annotations.NullMarked;
