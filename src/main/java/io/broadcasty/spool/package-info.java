/**
 * The spool: queues publications while the streams cannot be reached, and publishes them in order
 * afterwards.
 *
 * <p>May import: {@code background}, {@code broker}, {@code channel}, {@code tenant}, {@code time},
 * {@code format}.
 */
@NullMarked
package io.broadcasty.spool;

import org.jspecify.annotations.NullMarked;
