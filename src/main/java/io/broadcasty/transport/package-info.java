/**
 * The edges of the data plane: the only rooms that know jakarta.websocket, jakarta.servlet and
 * jakarta.ws.rs.
 *
 * <p>May import: {@code session}, {@code publish}, {@code subscribe}, {@code protocol} and lower
 * rooms.
 */
@NullMarked
package io.broadcasty.transport;

import org.jspecify.annotations.NullMarked;
