/**
 * Sources of time: a monotonic ticker for durations, and a wall clock for timestamps.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.time;

import org.jspecify.annotations.NullMarked;
