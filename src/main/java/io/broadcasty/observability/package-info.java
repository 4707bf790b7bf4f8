/** The list of meters, and traces. */
@NullMarked
package io.broadcasty.observability;

import org.jspecify.annotations.NullMarked;
