/** Nonces shared by all nodes that share a relational database. */
@NullMarked
package io.broadcasty.core.auth.jdbc;

import org.jspecify.annotations.NullMarked;
