/**
 * The mirror: a long-term copy of streams that the broker keeps for a shorter time, and the broker
 * that serves both as one.
 *
 * <p>May import: {@code background}, {@code broker}, {@code channel}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.mirror;

import org.jspecify.annotations.NullMarked;
