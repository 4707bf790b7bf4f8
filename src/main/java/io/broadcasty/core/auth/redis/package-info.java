/** Nonces shared by all nodes that share a Redis. */
@NullMarked
package io.broadcasty.core.auth.redis;

import org.jspecify.annotations.NullMarked;
