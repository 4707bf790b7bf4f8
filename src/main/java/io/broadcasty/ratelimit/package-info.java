/**
 * How often: the rate limiter port and its verdicts.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.ratelimit;

import org.jspecify.annotations.NullMarked;
