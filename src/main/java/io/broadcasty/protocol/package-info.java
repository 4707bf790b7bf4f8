/**
 * The native protocol, independent of the transport: its JSON in both directions, and its codes
 * (protocol/PROTOCOL.md).
 *
 * <p>May import: {@code broker}, {@code presence}, {@code channel}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.protocol;

import org.jspecify.annotations.NullMarked;
