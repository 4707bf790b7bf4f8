/** Clients for the relational database and for Redis, used by adapters only. */
@NullMarked
package io.broadcasty.infra;

import org.jspecify.annotations.NullMarked;
