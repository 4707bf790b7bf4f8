/**
 * Limits of rates and of connections: the ports, their verdicts, and the limiters of a single node.
 */
@NullMarked
package io.broadcasty.core.ratelimit;

import org.jspecify.annotations.NullMarked;
