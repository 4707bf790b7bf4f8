/**
 * The Pusher Channels protocol, version 7, over WebSocket: for the clients of other products, which
 * name an app instead of sending a token (docs/reference/pusher.md).
 */
@NullMarked
package io.broadcasty.protocol.pusher;

import org.jspecify.annotations.NullMarked;
