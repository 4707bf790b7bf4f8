/**
 * Redis: where it is, connections to it and which of them answer, scripts, and news by its pub/sub.
 * A server of its own, one that Sentinels watch, or a Cluster.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.redis;

import org.jspecify.annotations.NullMarked;
