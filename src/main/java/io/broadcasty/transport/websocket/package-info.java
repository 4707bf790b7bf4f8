/** Streams over WebSocket, by Broadcasty's own engine or by jakarta.websocket. */
@NullMarked
package io.broadcasty.transport.websocket;

import org.jspecify.annotations.NullMarked;
