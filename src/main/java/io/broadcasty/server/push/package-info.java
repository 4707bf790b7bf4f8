/** Wires push: opens the configured push services, or replaces push when none is enabled. */
@NullMarked
package io.broadcasty.server.push;

import org.jspecify.annotations.NullMarked;
