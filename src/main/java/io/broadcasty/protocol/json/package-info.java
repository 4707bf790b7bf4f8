/**
 * The protocol {@code broadcasty.v1} over WebSocket: commands, replies and pushes as JSON messages
 * in both directions (protocol/PROTOCOL.md).
 */
@NullMarked
package io.broadcasty.protocol.json;

import org.jspecify.annotations.NullMarked;
