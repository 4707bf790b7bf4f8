/**
 * The list of meters, and where each value is read. Listeners count what happens; everything else
 * is read from the component that knows it anyway.
 */
@NullMarked
package io.broadcasty.observability.meters;

import org.jspecify.annotations.NullMarked;
