/** The relational database: its connection pool, migrations, transactions and dialects. */
@NullMarked
package io.broadcasty.infra.database;

import org.jspecify.annotations.NullMarked;
