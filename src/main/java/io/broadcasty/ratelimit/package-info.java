/**
 * Limits of rates and of connections: the ports, their verdicts, and the limiters of a single node.
 *
 * <p>May import: {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.ratelimit;

import org.jspecify.annotations.NullMarked;
