/**
 * The protocol {@code broadcasty.v2}, over WebSocket and Server-Sent Events, which does not repeat
 * what a subscriber knows already (protocol/PROTOCOL.md).
 *
 * <p>May import: {@code protocol.json}, {@code protocol.sse}, {@code session}, {@code hub}, {@code
 * protocol}, {@code subscribe}, {@code presence}, {@code broker}, {@code channel}.
 */
@NullMarked
package io.broadcasty.protocol.compact;

import org.jspecify.annotations.NullMarked;
