/**
 * The HTTP API: publish, replay, presence, push, administration and metrics.
 *
 * <p>May import: {@code admin}, {@code auth}, {@code metrics}, {@code nodes}, {@code rbac}, {@code
 * ratelimit}, {@code channel}, {@code broker}, {@code protocol}, {@code hub}, {@code lifecycle},
 * {@code publish}, {@code subscribe}, {@code attend}, {@code presence}, {@code push}, {@code
 * session}, {@code driver}, {@code failover}, {@code time}, {@code tenant}, {@code
 * transport.websocket.frame}.
 */
@NullMarked
package io.broadcasty.transport.http;

import org.jspecify.annotations.NullMarked;
