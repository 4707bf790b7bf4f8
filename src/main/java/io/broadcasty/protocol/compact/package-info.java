/**
 * The protocol {@code broadcasty.v2}, over WebSocket and Server-Sent Events, which does not repeat
 * what a subscriber knows already (protocol/PROTOCOL.md).
 */
@NullMarked
package io.broadcasty.protocol.compact;

import org.jspecify.annotations.NullMarked;
