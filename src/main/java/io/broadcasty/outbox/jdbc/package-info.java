/** Outbox tables in PostgreSQL, MySQL, MariaDB and H2. */
@NullMarked
package io.broadcasty.outbox.jdbc;

import org.jspecify.annotations.NullMarked;
