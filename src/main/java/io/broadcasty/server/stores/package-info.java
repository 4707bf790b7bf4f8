/** Opens the stores that the configuration chooses: memory, a relational database, or Redis. */
@NullMarked
package io.broadcasty.server.stores;

import org.jspecify.annotations.NullMarked;
