/** Ordered streams of publications: append, announce and replay behind one port. */
@NullMarked
package io.broadcasty.streams.broker;

import org.jspecify.annotations.NullMarked;
