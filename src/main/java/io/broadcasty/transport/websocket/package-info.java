/**
 * Streams over WebSocket (jakarta.websocket).
 *
 * <p>May import: {@code session}, {@code publish}, {@code subscribe}, {@code protocol} and lower
 * rooms.
 */
@NullMarked
package io.broadcasty.transport.websocket;

import org.jspecify.annotations.NullMarked;
