/** Sources of time: a monotonic ticker for durations, and a wall clock for timestamps. */
@NullMarked
package io.broadcasty.core.time;

import org.jspecify.annotations.NullMarked;
