/** The answers of nodes that share a Redis. */
@NullMarked
package io.broadcasty.cluster.question.redis;

import org.jspecify.annotations.NullMarked;
