/**
 * The protocol {@code broadcasty.v1} over WebSocket: commands, replies and pushes as JSON messages
 * in both directions (protocol/PROTOCOL.md).
 *
 * <p>May import: {@code session}, {@code hub}, {@code lifecycle}, {@code protocol}, {@code
 * publish}, {@code subscribe}, {@code attend}, {@code presence}, {@code broker}, {@code channel},
 * {@code auth}, {@code ratelimit}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.protocol.json;

import org.jspecify.annotations.NullMarked;
