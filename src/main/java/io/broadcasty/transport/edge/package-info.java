/**
 * Before any transport: origin, address, limits and token of every request, at one place.
 *
 * <p>May import: {@code session}, {@code publish}, {@code subscribe}, {@code protocol} and lower
 * rooms.
 */
@NullMarked
package io.broadcasty.transport.edge;

import org.jspecify.annotations.NullMarked;
