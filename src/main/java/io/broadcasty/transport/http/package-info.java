/**
 * Publish and replay over HTTP.
 *
 * <p>May import: {@code session}, {@code publish}, {@code subscribe}, {@code protocol} and lower
 * rooms.
 */
@NullMarked
package io.broadcasty.transport.http;

import org.jspecify.annotations.NullMarked;
