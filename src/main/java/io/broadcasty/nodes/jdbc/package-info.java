/**
 * Detection of dead nodes among those that share a relational database.
 *
 * <p>May import: {@code nodes} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.nodes.jdbc;

import org.jspecify.annotations.NullMarked;
