/**
 * The Redis client: connections, availability, scripts and pub/sub, for a standalone server, one
 * monitored by Sentinels, or a Cluster.
 */
@NullMarked
package io.broadcasty.infra.redis;

import org.jspecify.annotations.NullMarked;
