/**
 * Where time comes from: a monotonic ticker for durations, a wall clock for stamps.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.time;

import org.jspecify.annotations.NullMarked;
