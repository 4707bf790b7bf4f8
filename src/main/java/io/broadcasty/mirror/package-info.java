/**
 * The mirror: copies streams to a long-term archive, and serves both as one.
 *
 * <p>May import: {@code background}, {@code broker}, {@code channel}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.mirror;

import org.jspecify.annotations.NullMarked;
