/**
 * Version 1 of the protocol over Server-Sent Events (WHATWG HTML, section 9.2;
 * protocol/PROTOCOL.md).
 *
 * <p>May import: {@code session}, {@code hub}, {@code lifecycle}, {@code protocol}, {@code
 * subscribe}, {@code presence}, {@code broker}, {@code channel}, {@code auth}, {@code ratelimit}.
 */
@NullMarked
package io.broadcasty.protocol.sse;

import org.jspecify.annotations.NullMarked;
