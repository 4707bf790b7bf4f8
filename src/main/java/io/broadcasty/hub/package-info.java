/**
 * Local fan-out: from one publication to the subscribers of this node, each behind a bounded
 * outbox.
 *
 * <p>May import: {@code background}, {@code protocol}, {@code broker}, {@code presence}, {@code
 * channel}, {@code lifecycle}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.hub;

import org.jspecify.annotations.NullMarked;
