/**
 * The Redis client: connections, availability, scripts and pub/sub, for a standalone server, one
 * monitored by Sentinels, or a Cluster.
 *
 * <p>May import: {@code background}.
 */
@NullMarked
package io.broadcasty.redis;

import org.jspecify.annotations.NullMarked;
