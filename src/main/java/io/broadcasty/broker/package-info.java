/**
 * Ordered streams of publications: append, announce and replay behind one port.
 *
 * <p>May import: {@code background}, {@code channel}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.broker;

import org.jspecify.annotations.NullMarked;
