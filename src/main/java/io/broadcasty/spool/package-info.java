/**
 * What is published while the streams cannot be reached: kept in a spool, and published from there
 * in its order afterwards.
 *
 * <p>May import: {@code background}, {@code broker}, {@code channel}, {@code tenant}, {@code time},
 * {@code format}.
 */
@NullMarked
package io.broadcasty.spool;

import org.jspecify.annotations.NullMarked;
