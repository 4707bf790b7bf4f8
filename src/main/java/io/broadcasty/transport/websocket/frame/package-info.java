/**
 * The WebSocket protocol (RFC 6455) as bytes, for a server that negotiates no extension: the
 * opening handshake, frames to write, frames read. Knows no socket and no server.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.transport.websocket.frame;

import org.jspecify.annotations.NullMarked;
