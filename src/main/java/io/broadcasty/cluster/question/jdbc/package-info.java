/** The answers of nodes that share a relational database. */
@NullMarked
package io.broadcasty.cluster.question.jdbc;

import org.jspecify.annotations.NullMarked;
