/** Relay checkpoints in a relational database. */
@NullMarked
package io.broadcasty.relay.jdbc;

import org.jspecify.annotations.NullMarked;
