/**
 * How often and how many: the limiter ports, their verdicts, and what one node counts by itself.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.ratelimit;

import org.jspecify.annotations.NullMarked;
