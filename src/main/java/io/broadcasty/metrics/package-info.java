/**
 * Meters: what is counted or measured on this node, as values that are read when somebody asks, and
 * the port to what shows them.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.metrics;

import org.jspecify.annotations.NullMarked;
