/** Detection of dead nodes among those that share a relational database. */
@NullMarked
package io.broadcasty.cluster.nodes.jdbc;

import org.jspecify.annotations.NullMarked;
