/**
 * Which of the nodes that share a relational database are gone.
 *
 * <p>May import: {@code nodes} and what it may import, {@code database}.
 */
@NullMarked
package io.broadcasty.nodes.jdbc;

import org.jspecify.annotations.NullMarked;
