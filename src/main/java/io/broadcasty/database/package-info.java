/**
 * The relational database: its connection pool, migrations, transactions and dialects.
 *
 * <p>May import: nothing of ours.
 */
@NullMarked
package io.broadcasty.database;

import org.jspecify.annotations.NullMarked;
