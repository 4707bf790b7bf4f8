/**
 * The transports of the data plane: the only packages that use jakarta.websocket, jakarta.servlet
 * and jakarta.ws.rs.
 *
 * <p>May import: {@code admin}, {@code auth}, {@code metrics}, {@code nodes}, {@code rbac}, {@code
 * ratelimit}, {@code channel}, {@code broker}, {@code protocol}, {@code hub}, {@code lifecycle},
 * {@code publish}, {@code subscribe}, {@code attend}, {@code presence}, {@code push}, {@code
 * session}, {@code driver}, {@code failover}, {@code time}, {@code tenant}, {@code
 * transport.websocket.frame}.
 */
@NullMarked
package io.broadcasty.transport;

import org.jspecify.annotations.NullMarked;
