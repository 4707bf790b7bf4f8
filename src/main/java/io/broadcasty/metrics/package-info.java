/**
 * Meters: counts and measurements of this node, as values that are read on request, and the port to
 * registries that show them.
 */
@NullMarked
package io.broadcasty.metrics;

import org.jspecify.annotations.NullMarked;
