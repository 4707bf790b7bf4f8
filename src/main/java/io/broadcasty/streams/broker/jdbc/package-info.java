/** The broker, archive and spool in a relational database: streams survive the process. */
@NullMarked
package io.broadcasty.streams.broker.jdbc;

import org.jspecify.annotations.NullMarked;
