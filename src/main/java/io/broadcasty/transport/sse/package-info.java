/**
 * Streams over Server-Sent Events.
 *
 * <p>May import: {@code session}, {@code publish}, {@code subscribe}, {@code protocol} and lower
 * rooms.
 */
@NullMarked
package io.broadcasty.transport.sse;

import org.jspecify.annotations.NullMarked;
