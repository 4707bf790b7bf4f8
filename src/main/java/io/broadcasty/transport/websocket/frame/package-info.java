/**
 * The WebSocket protocol (RFC 6455) as bytes, for a server that negotiates no extension: the
 * opening handshake, and reading and writing frames. Independent of sockets and servers.
 */
@NullMarked
package io.broadcasty.transport.websocket.frame;

import org.jspecify.annotations.NullMarked;
