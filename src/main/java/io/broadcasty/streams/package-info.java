/** Ordered streams: append, announce and replay. */
@NullMarked
package io.broadcasty.streams;

import org.jspecify.annotations.NullMarked;
