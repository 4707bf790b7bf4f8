/**
 * Publishes what applications have written to an outbox table of their own database, within their
 * own transactions. May use {@code core}, {@code streams} and {@code wire}.
 */
@NullMarked
package io.broadcasty.outbox;

import org.jspecify.annotations.NullMarked;
