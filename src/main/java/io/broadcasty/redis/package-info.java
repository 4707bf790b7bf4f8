/**
 * Redis: where it is, connections to it and what keeps it from serving, scripts, and news by its
 * pub/sub. A server of its own, one that Sentinels watch, or a Cluster.
 *
 * <p>May import: {@code background}.
 */
@NullMarked
package io.broadcasty.redis;

import org.jspecify.annotations.NullMarked;
