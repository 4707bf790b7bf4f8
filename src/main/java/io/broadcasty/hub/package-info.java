/**
 * Local fan-out: delivers publications to the subscribers of this node, each through a bounded
 * outbox.
 *
 * <p>May import: {@code background}, {@code protocol}, {@code broker}, {@code presence}, {@code
 * channel}, {@code lifecycle}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.hub;

import org.jspecify.annotations.NullMarked;
